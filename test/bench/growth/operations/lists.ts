import type { EventHubApi } from "flowhub";
import { DAY_MS } from "../../../../schema/limits.ts";
import { RARE_TEXT } from "../../seed/catalogue.ts";
import type { GrownHub, Ids } from "../grown-hub.ts";
import { BOUNDS } from "./bounds.ts";
import { type Operation, repeated, sampleCalls } from "./operation.ts";

/** Everything that can be read of a hub. */
export const LISTS: readonly Operation[] = [
  list("listEvents", BOUNDS.list),
  list("listEvents", BOUNDS.list, { type: "order.placed" }),
  list("listEvents", BOUNDS.list, { subject: "R-0000007" }),
  list("listEvents", BOUNDS.list, { source: "logistics" }),
  list("listEvents", BOUNDS.list, { source: "nobody" }),
  reading("listEvents", { bound: BOUNDS.list, of: "by correlation", given: ({ event }) => [{ correlationId: event }] }),
  list("searchEvents", BOUNDS.search, { text: RARE_TEXT }),
  list("searchEvents", BOUNDS.search, { text: "R-00" }),
  list("listDispatches", BOUNDS.list),
  list("listDispatches", BOUNDS.list, { status: "ongoing" }),
  list("listDispatches", BOUNDS.list, { status: "failed" }),
  list("listDispatches", BOUNDS.list, { status: "cancelled" }),
  list("listDispatches", BOUNDS.list, { destination: "fraud" }),
  reading("getEvent", { bound: BOUNDS.one, given: ({ event }) => [event] }),
  reading("getDispatch", { bound: BOUNDS.one, given: ({ dispatch }) => [dispatch] }),
  reading("explainEvent", { bound: BOUNDS.one, given: ({ event }) => [event] }),
  list("deadLetters", BOUNDS.deadLetters),
  // The hub keeps the figures of a window for some seconds: each time another one, as long.
  reading("stats", { bound: BOUNDS.stats, times: 3, given: (_, nth) => [{ from: daysAgo(1, nth) }] }),
  list("health", BOUNDS.health),
  list("listDestinations", BOUNDS.one),
  list("listBulks", BOUNDS.one),
  reading("previewBulk", { bound: BOUNDS.preview, times: 2, of: "retry", given: () => ["retry", { destination: "billing" }] }),
  reading("previewBulk", { bound: BOUNDS.preview, times: 2, of: "cancel", given: () => ["cancel", {}] }),
  reading("audit", { bound: BOUNDS.audit, times: 1, of: "a piece", given: () => [{ from: daysAgo(6) }] }),
  reading("purge", { bound: BOUNDS.purge, times: 2, of: "a piece, dry", given: () => [daysAgo(1), { dryRun: true }] }),
];

function list(method: keyof EventHubApi, bound: number, query?: Readonly<Record<string, string>>): Operation {
  const of = query === undefined ? undefined : Object.entries(query).flat().join(" ");
  return reading(method, { bound, of, given: () => (query === undefined ? [] : [query]) });
}

interface Reading {
  readonly bound: number;
  readonly of?: string | undefined;
  readonly times?: number;
  readonly given: (ids: Ids, nth: number) => readonly unknown[];
}

function reading(method: keyof EventHubApi, { bound, of, times = 5, given }: Reading): Operation {
  const sample = (hub: GrownHub) =>
    sampleCalls(
      hub,
      repeated(times, (nth) => ({ method, given: given(hub.ids, nth) })),
    );
  return { name: of === undefined ? method : `${method} (${of})`, kind: "list", bound, sample };
}

function daysAgo(days: number, ms = 0): string {
  return new Date(Date.now() - days * DAY_MS - ms).toISOString();
}
