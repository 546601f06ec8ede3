import type { HubEvent } from "../../../schema/contract/events.ts";
import { drawEvents } from "./scenario.ts";

/** Where an event goes; either hub. */
export type Router = (event: HubEvent) => readonly { readonly destination: string }[];

/** Routes that are measured, and what was measured of them so far. */
export interface Subject {
  readonly routes: number;
  readonly canMatch: number;
  readonly router: Router;
  /** Events of one round. */
  readonly events: number;
  /** How many targets these have together. */
  readonly owed: number;
  /** One for each round. */
  readonly nsPerEvent: number[];
}

const FEWEST_EVENTS = 16;
const MOST_EVENTS = 2_048;

/** Asks until it knows how many events take `sampleMs`. */
export function subjectOf({ sampleMs, ...routing }: Pick<Subject, "routes" | "canMatch" | "router"> & { sampleMs: number }): Subject {
  let events = FEWEST_EVENTS;
  let tried = route(routing.router, events);
  while (events < MOST_EVENTS && tried.nsPerEvent * events < sampleMs * 1e6) {
    events *= 2;
    tried = route(routing.router, events);
  }
  return { ...routing, events, owed: tried.owed, nsPerEvent: [] };
}

/** One round. Throws when the events went elsewhere than before; so no engine can leave out what nobody reads. */
export function nsPerEventOf({ router, events, owed }: Subject): number {
  const { nsPerEvent, owed: now } = route(router, events);
  if (now !== owed) throw new Error(`${now} targets instead of ${owed} for the same events`);
  return nsPerEvent;
}

function route(router: Router, count: number): { nsPerEvent: number; owed: number } {
  const events = drawEvents(count);
  let owed = 0;
  const startedAt = performance.now();
  for (const event of events) owed += router(event).length;
  return { nsPerEvent: ((performance.now() - startedAt) * 1e6) / count, owed };
}
