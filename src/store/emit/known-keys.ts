import { byteLength } from "../../domain/base/byte-length.ts";
import type { EmitPlan, EventRow } from "../../domain/emit/plan-emit.ts";
import type { KnownEvent, OwedDispatch } from "../../domain/emit/receipts.ts";
import { isSameFact, type KeyConflict, refuseConflicts, withoutEvents } from "../../domain/emit/repeated-keys.ts";
import { DISPATCH_COLUMNS, EVENT_COLUMNS, type Expressions, pick, prefixed, selectList } from "../d1/columns.ts";
import { isDispatchOf } from "../d1/id-ranges.ts";
import { rowParameters } from "../d1/row-parameter.ts";
import { withStorage } from "../d1/storage.ts";

/** For the ids of events that were not stored because their key is known: the event that is. */
export type KnownEvents = ReadonlyMap<string, KnownEvent>;

interface KnownRow extends Omit<OwedDispatch, "id"> {
  readonly givenId: string;
  readonly eventId: string;
  readonly dispatchId: string | null;
}

const OWED = pick(DISPATCH_COLUMNS, "destination", "dueAt", "status", "superseded") satisfies Expressions<keyof Omit<OwedDispatch, "id">>;

/** Goes last in the batch that stores a plan, so that the receipts of duplicates cost no further round trip. */
const SELECT_KNOWN = `
  SELECT given.value ->> 'id' AS givenId, event.id AS eventId, dispatch.id AS dispatchId,
    ${selectList(prefixed("dispatch", OWED))}
  FROM json_each(?1) AS given
  CROSS JOIN events AS event
    ON event.key IS NOT NULL AND event.key = given.value ->> 'key' AND event.source = given.value ->> 'source'
  LEFT JOIN dispatches AS dispatch
    ON ${isDispatchOf("event.id", { id: "dispatch.id" })} AND dispatch.redrive_of IS NULL
  WHERE event.id <> given.value ->> 'id'
  ORDER BY length(dispatch.id), dispatch.id`;

export function knownStatements(d1: D1Database, plan: EmitPlan): D1PreparedStatement[] {
  return keyParameters(plan).map((parameter) => d1.prepare(SELECT_KNOWN).bind(parameter));
}

export function knownFromResults(results: readonly D1Result[]): KnownEvents {
  const known = new Map<string, { id: string; dispatches: OwedDispatch[] }>();
  for (const { givenId, eventId, dispatchId, ...owed } of results.flatMap((result) => result.results as KnownRow[])) {
    const event = known.get(givenId) ?? { id: eventId, dispatches: [] };
    known.set(givenId, event);
    if (dispatchId !== null) event.dispatches.push({ id: dispatchId, ...owed });
  }
  return known;
}

const FACTS = pick(EVENT_COLUMNS, "id", "type", "subject");

/**
 * Data is read only where it is as long as what is given: the same value is, in whatever order its members stand, since both were written by
 * `JSON.stringify`. Else a call of a thousand small events could have a thousand large ones read.
 */
const SELECT_FACTS = `
  SELECT given.value ->> 'id' AS givenId, ${selectList(prefixed("event", FACTS))},
    iif(length(CAST(event.data AS BLOB)) = given.value ->> 'bytes', event.data, NULL) AS data
  FROM json_each(?1) AS given
  CROSS JOIN events AS event
    ON event.key IS NOT NULL AND event.key = given.value ->> 'key' AND event.source = given.value ->> 'source'
  WHERE event.id <> given.value ->> 'id'`;

type FactRow = Pick<EventRow, keyof typeof FACTS> & { readonly givenId: string; readonly data: string | null };

/**
 * Takes out of a plan the events that are known by their key and say the same. SQLite compares data as text; here it is compared as values.
 * Throws `key.conflict` when a key stands for another event.
 */
export async function withoutKnownKeys(d1: D1Database, plan: EmitPlan): Promise<EmitPlan> {
  const same = new Map<string, string>();
  const conflicts: KeyConflict[] = [];
  const given = new Map(plan.events.map((event) => [event.id, event]));
  for (const parameter of keyParameters(plan, ({ data }) => ({ bytes: byteLength(data) }))) {
    const { results } = await withStorage(d1, () => d1.prepare(SELECT_FACTS).bind(parameter).all<FactRow>());
    for (const known of results) {
      const event = given.get(known.givenId);
      if (event !== undefined && !isSame(event, known)) conflicts.push({ event, holder: `event ${known.id}` });
      same.set(known.givenId, known.id);
    }
  }
  refuseConflicts(plan, conflicts);
  return withoutEvents(plan, same);
}

/** Takes out of a plan what is stored already: the commit was reported failed, and what stands in the way now came after it. */
export async function withoutStored(d1: D1Database, plan: EmitPlan): Promise<EmitPlan> {
  const select = d1
    .prepare("SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(plan.events.map(({ id }) => id)));
  const { results } = await withStorage(d1, () => select.all<{ id: string }>());
  return withoutEvents(plan, new Map(results.map(({ id }) => [id, id])));
}

function isSame(event: EventRow, { data, ...known }: FactRow): boolean {
  return data !== null && isSameFact(event, { ...known, data });
}

function keyParameters(plan: EmitPlan, more: (event: EventRow) => object = () => ({})): string[] {
  const keyed = plan.events.filter(({ key }) => key !== null);
  return rowParameters(keyed.map((event) => JSON.stringify({ id: event.id, source: event.source, key: event.key, ...more(event) })));
}
