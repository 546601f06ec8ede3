/** Ids of what is to be seen. */
export interface Seen {
  /** An event that went to several destinations. */
  readonly order: { readonly id: string };
  /** A dispatch that waits for a day yet to come. */
  readonly scheduled: string;
  /** One that was retried and given up. */
  readonly failed: string;
  /** One that failed and waits to be retried. */
  readonly waiting: string;
}

/** Every page of the console. */
export const PAGES: readonly { readonly name: string; readonly path: (seen: Seen) => string }[] = [
  { name: "overview", path: () => "/" },
  { name: "events", path: () => "/events" },
  { name: "event", path: ({ order }) => `/events/${order.id}` },
  { name: "emit", path: ({ order }) => `/events/new?like=${order.id}` },
  { name: "dispatches", path: () => "/dispatches" },
  { name: "dispatch-failed", path: ({ failed }) => `/dispatches/${failed}` },
  { name: "dispatch-waiting", path: ({ waiting }) => `/dispatches/${waiting}` },
  { name: "dispatch-scheduled", path: ({ scheduled }) => `/dispatches/${scheduled}` },
  { name: "dead-letters", path: () => "/dead-letters" },
  { name: "dead-letters-group", path: () => "/dead-letters/group?destination=billing&status=failed" },
  { name: "redrive", path: () => "/bulks/new?kind=retry&destination=billing" },
  { name: "bulks", path: () => "/bulks" },
  { name: "destinations", path: () => "/destinations" },
  { name: "not-found", path: () => "/events/none" },
];
