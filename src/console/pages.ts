/** A page of the console, as it is declared. */
export interface ConsolePage {
  /** As Hono takes it: `/events/:id`. */
  readonly path: string;
  /** Its label in the navigation. A page without one is reached from other pages. */
  readonly nav?: string;
}

/**
 * Every page of the console, in the order in which addresses are compared: fixed ones before those with an id.
 * What answers there is in app.tsx, by the same names; tests look at every page that is declared here.
 */
export const PAGES = {
  overview: { path: "/", nav: "Overview" },
  events: { path: "/events", nav: "Events" },
  emit: { path: "/events/new" },
  event: { path: "/events/:id" },
  dispatches: { path: "/dispatches", nav: "Dispatches" },
  dispatch: { path: "/dispatches/:id" },
  deadLetters: { path: "/dead-letters", nav: "Dead letters" },
  deadLetterGroup: { path: "/dead-letters/group" },
  destinations: { path: "/destinations", nav: "Destinations" },
  activity: { path: "/activity", nav: "Activity" },
  bulks: { path: "/bulks", nav: "Bulk" },
  newBulk: { path: "/bulks/new" },
  bulk: { path: "/bulks/:id" },
} as const satisfies Readonly<Record<string, ConsolePage>>;

export type PageName = keyof typeof PAGES;

/** Pages that show one of many, by its id. */
export type PageWithId = {
  [Name in PageName]: (typeof PAGES)[Name]["path"] extends `${string}/:id` ? Name : never;
}[PageName];

export const PAGE_NAMES = Object.keys(PAGES) as readonly PageName[];

/** Links at the head of every page, in this order. */
export const NAVIGATION = Object.values<ConsolePage>(PAGES).flatMap(({ path, nav: label }) => {
  return label === undefined ? [] : [{ path, label }];
});

/** The address of a page that shows one of many. */
export function pathOf(page: PageWithId, id: string): string {
  return PAGES[page].path.replace(":id", () => encodeURIComponent(id));
}
