import { isDeepStrictEqual } from "node:util";
import type { EmitReceipt } from "flowhub";
import type { EmitCall, EventRow, History, Violation } from "../history.ts";
import { inputOf, type Planned } from "../load/load.ts";
import { numberOf } from "./stored.ts";

/** What a receipt promises is stored, once and as it was given; what has none is stored whole or not at all. */
export function acceptedViolations(history: History): Violation[] {
  const stored = new Map(history.rows.events.map((event) => [event.id, event]));
  return [
    ...receiptViolations(history, stored),
    ...history.emits.flatMap((call) => refusals(call)),
    ...keyViolations(history.emits),
    ...tornEmits(history),
  ];
}

interface Receipted {
  readonly planned: Planned;
  readonly receipt: EmitReceipt;
  readonly call: EmitCall;
}

function receiptsOf(emits: readonly EmitCall[]): Receipted[] {
  return emits.flatMap((call) =>
    call.events.flatMap((planned, index): Receipted[] => {
      const receipt = "receipts" in call.outcome ? call.outcome.receipts[index] : undefined;
      return receipt === undefined ? [] : [{ planned, receipt, call }];
    }),
  );
}

function receiptViolations({ emits, rows }: History, stored: ReadonlyMap<string, EventRow>): Violation[] {
  const first = rows.dispatches.filter((dispatch) => dispatch.redrive_of === null);
  const owed = Map.groupBy(first, (dispatch) => dispatch.event_id);
  return receiptsOf(emits).flatMap(({ planned, receipt: { id, dispatches } }) => {
    const event = stored.get(id);
    if (event === undefined) return [{ name: "event_missing", id, what: "it has a receipt and is not stored" }];
    const promised = dispatches.map((one) => `${one.id} → ${one.destination}`).toSorted();
    const kept = (owed.get(id) ?? []).map((one) => `${one.id} → ${one.destination}`).toSorted();
    const found: Violation[] = isAsGiven(event, planned) ? [] : [{ name: "event_changed", id, what: "it is not stored as it was emitted" }];
    if (isDeepStrictEqual(promised, kept)) return found;
    return [...found, { name: "dispatches_differ", id, what: `promised [${promised}], stored [${kept}]` }];
  });
}

function isAsGiven(event: EventRow, planned: Planned): boolean {
  const { type, source, data } = inputOf(planned);
  const stored = { type: event.type, source: event.source, key: event.key, data: JSON.parse(event.data) as unknown };
  return isDeepStrictEqual(stored, { type, source, key: planned.key, data });
}

/** The load is valid: nothing of it may be refused, only left unanswered. */
function refusals({ events, outcome }: EmitCall): Violation[] {
  const code = "error" in outcome ? /\(([a-z_]+\.[a-z_]+)\)/.exec(outcome.error)?.[1] : undefined;
  if (code === undefined || code === "storage.unavailable") return [];
  return [{ name: "emit_refused", id: "", what: `event ${events[0]?.n} and ${events.length - 1} more: ${code}` }];
}

function keyViolations(emits: readonly EmitCall[]): Violation[] {
  const byKey = Map.groupBy(receiptsOf(emits), ({ planned }) => planned.key);
  byKey.delete(null);
  return Array.from(byKey).flatMap(([key, all]): Violation[] => {
    const ids = [...new Set(all.map(({ receipt }) => receipt.id))];
    if (ids.length > 1) return [{ name: "key_twice", id: ids[0] ?? "", what: `${key} was given to ${ids}` }];
    const first = all.filter(({ receipt }) => !receipt.duplicate);
    const late = first.filter(({ call }) => all.some((other) => other.call.answeredAt < call.at));
    return first.length > 1 || late.length > 0
      ? [{ name: "duplicate_unsaid", id: ids[0] ?? "", what: `${key} was emitted again and the receipt does not say so` }]
      : [];
  });
}

/** Of a call that failed, all events are stored or none. Keyed ones are stored all the same, once they are emitted again: the receipt tells which. */
function tornEmits({ emits, rows }: History): Violation[] {
  const stored = new Set(rows.events.filter((event) => event.causation_id === null).map(numberOf));
  const failed = emits.filter(({ outcome }) => "error" in outcome);
  const failures = Map.groupBy(
    failed.flatMap(({ events }) => events),
    ({ n }) => n,
  );
  const receipts = Map.groupBy(receiptsOf(emits), ({ planned }) => planned.n);
  const wasStored = ({ n, key }: Planned): boolean | undefined => {
    if (key === null) return stored.has(n);
    return failures.get(n)?.length === 1 ? receipts.get(n)?.every(({ receipt }) => receipt.duplicate) : undefined;
  };
  return failed.flatMap(({ events, outcome }): Violation[] => {
    const told = events.map(wasStored).filter((one) => one !== undefined);
    const kept = told.filter((one) => one);
    if (kept.length === 0 || kept.length === told.length) return [];
    const why = "error" in outcome ? outcome.error : "";
    return [{ name: "emit_torn", id: "", what: `${kept.length} of ${told.length} events of a call that failed were stored: ${why}` }];
  });
}
