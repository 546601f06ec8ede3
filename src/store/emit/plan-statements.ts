import type { Status } from "../../../schema/contract/statuses.ts";
import { NO_DATA } from "../../domain/emit/event-data.ts";
import type { DispatchRow, EmitPlan, EventRow } from "../../domain/emit/plan-emit.ts";
import { DISPATCH_COLUMNS, EVENT_COLUMNS, type Expressions, insertSelect, members, pick } from "../d1/columns.ts";
import { rowParameters, rowText } from "../d1/row-parameter.ts";
import { hasReachedLimit } from "./chain-length.ts";

/** Rows are stored only while this dispatch stands exactly so. */
export interface Guard {
  readonly dispatchId: string;
  readonly status: Status;
  readonly attempts: number;
}

/** On what a plan is stored. */
export interface PlanConditions {
  readonly guard?: Guard | undefined;
  /** Events that a chain may have; without it they are not asked. */
  readonly maxChainEvents?: number | undefined;
}

/**
 * The statements that store a plan, for one batch. Running them twice stores it once. An event whose key is known is left out with
 * its dispatches; when it says something else than the known one, the batch fails as a whole, by the fence `knownKey`, and by the fence
 * `chainTooLong` when an event would be added to a chain that was found to have as many as it may have.
 */
export function planStatements(d1: D1Database, plan: EmitPlan, conditions: PlanConditions = {}): D1PreparedStatement[] {
  return [...eventStatements(d1, plan.events, conditions), ...dispatchStatements(d1, plan.dispatches)];
}

/** NULL for an event that would be added to a chain which takes no more; an event without a cause begins one. */
const DEPTH = `iif(value ->> 'causationId' IS NOT NULL AND ?5 IS NOT NULL AND ${hasReachedLimit("value ->> 'correlationId'", "?5")},
    NULL, value ->> 'depth')`;

const DATA = `coalesce(value -> 'data', '${NO_DATA}')`;

/** Setting a NOT NULL column to NULL is the fence: it fails the statement, and with it the transaction. */
const INSERT_EVENTS = `
  ${insertSelect("events", EVENT_COLUMNS, { ...members(EVENT_COLUMNS), data: DATA, depth: DEPTH })}
  FROM json_each(?1)
  WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM dispatches WHERE id = ?2 AND status = ?3 AND attempts = ?4)
  ON CONFLICT (key, source) WHERE key IS NOT NULL DO UPDATE SET type = NULL
    WHERE events.id <> excluded.id
      AND (events.type <> excluded.type OR events.subject IS NOT excluded.subject OR events.data <> excluded.data)
  ON CONFLICT DO NOTHING`;

const NEW_DISPATCH = pick(DISPATCH_COLUMNS, "id", "eventId", "route", "destination", "policy", "dueAt", "checkAt") satisfies Expressions<
  keyof DispatchRow
>;

const INSERT_DISPATCHES = `
  ${insertSelect("dispatches", DISPATCH_COLUMNS, members(NEW_DISPATCH, "policy"))}
  FROM json_each(?1)
  WHERE EXISTS (SELECT 1 FROM events WHERE events.id = value ->> 'eventId')
  ON CONFLICT DO NOTHING`;

function eventStatements(d1: D1Database, events: readonly EventRow[], { guard, maxChainEvents }: PlanConditions): D1PreparedStatement[] {
  const rows = events.map(({ data, notBefore: _, ...columns }) => {
    return data === NO_DATA ? JSON.stringify(columns) : rowText(columns, { name: "data", text: data });
  });
  const condition = [guard?.dispatchId ?? null, guard?.status ?? null, guard?.attempts ?? null, maxChainEvents ?? null];
  return rowParameters(rows).map((parameter) => d1.prepare(INSERT_EVENTS).bind(parameter, ...condition));
}

function dispatchStatements(d1: D1Database, dispatches: readonly DispatchRow[]): D1PreparedStatement[] {
  const rows = dispatches.map(({ policy, ...columns }) => rowText(columns, { name: "policy", text: policy }));
  return rowParameters(rows).map((parameter) => d1.prepare(INSERT_DISPATCHES).bind(parameter));
}
