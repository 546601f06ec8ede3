import { isDeepStrictEqual } from "node:util";
import type { DispatchRow, EventRow, History, Violation } from "../history.ts";
import { kindOf, OWED } from "../load/rules.ts";
import { plannedByNumber } from "./cases.ts";

/** Every event is one of the load or follows from one, none is there twice, and each is owed to whom the configuration says. */
export function storedViolations(history: History): Violation[] {
  const { events, dispatches } = history.rows;
  const known = new Set(events.map(({ id }) => id));
  const owed = Map.groupBy(
    dispatches.filter((dispatch) => dispatch.redrive_of === null),
    (dispatch) => dispatch.event_id,
  );
  const orphans = dispatches.filter((dispatch) => !known.has(dispatch.event_id));
  return [
    ...originViolations(history),
    ...orphans.map(({ id }) => ({ name: "dispatch_orphan", id, what: "its event is not stored" })),
    ...events.flatMap((event) => owedViolations(event, owed.get(event.id) ?? [])),
  ];
}

function originViolations({ rows, emits }: History): Violation[] {
  const planned = plannedByNumber(emits);
  const own = rows.events.filter((event) => event.causation_id === null);
  const unknown = own.filter((event) => kindOf(event.type) !== planned.get(numberOf(event) ?? 0)?.kind);
  const copies = Array.from(Map.groupBy(own, numberOf).values()).filter(({ length }) => length > 1);
  return [
    ...unknown.map(({ id }) => ({ name: "event_unknown", id, what: "nobody emitted it" })),
    ...copies.map(([first, ...more]) => ({ name: "event_twice", id: first?.id ?? "", what: `also stored as ${more.map(({ id }) => id)}` })),
  ];
}

/** Which event of the load it is; undefined when it is none. */
export function numberOf(event: EventRow): number | undefined {
  return (JSON.parse(event.data) as { n?: number } | null)?.n;
}

function owedViolations({ id, type }: EventRow, owed: readonly DispatchRow[]): Violation[] {
  const kind = kindOf(type);
  if (kind === undefined) return [];
  const wanted = OWED[kind].map(({ route, destination }) => `${route} → ${destination}`).toSorted();
  const found = owed.map(({ route, destination }) => `${route} → ${destination}`).toSorted();
  return isDeepStrictEqual(wanted, found) ? [] : [{ name: "owed_wrongly", id, what: `owed [${found}], not [${wanted}]` }];
}
