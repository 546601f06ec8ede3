import type { DispatchRow, EventRow } from "../../../src/domain/emit/plan-emit.ts";

/** An event as it is stored, with what a test wants to be different. */
export function eventRow(given: Partial<EventRow> = {}): EventRow {
  return {
    id: "e1",
    type: "order.placed",
    source: null,
    subject: null,
    time: 0,
    data: "{}",
    key: null,
    correlationId: "e1",
    causationId: null,
    depth: 0,
    configVersion: "v1",
    extensions: null,
    ...given,
  };
}

export function dispatchRow(given: Partial<DispatchRow> = {}): DispatchRow {
  return { id: "e1-0", eventId: "e1", route: "all", destination: "email", policy: "{}", dueAt: 0, checkAt: 60_000, ...given };
}
