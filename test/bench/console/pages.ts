import { RARE_TEXT } from "../seed/catalogue.ts";

/** What is in both hubs, for the pages about one thing. */
export interface Ids {
  readonly event: string;
  readonly dispatch: string;
}

/** Pages of the console, by the name under which they are reported. */
export const PAGES: Readonly<Record<string, (ids: Ids) => string>> = {
  "/": () => "/",
  "/events": () => "/events",
  "/events?type=order.placed": () => "/events?type=order.placed",
  "/events?text=(rare)": () => `/events?text=${encodeURIComponent(RARE_TEXT)}`,
  "/events/(id)": ({ event }) => `/events/${event}`,
  "/dispatches": () => "/dispatches",
  "/dispatches?status=ongoing": () => "/dispatches?status=ongoing",
  "/dispatches/(id)": ({ dispatch }) => `/dispatches/${dispatch}`,
  "/dead-letters": () => "/dead-letters",
  "/destinations": () => "/destinations",
  "/bulks": () => "/bulks",
  "/health": () => "/health",
};
