import { stringify } from "safe-stable-stringify";
import { Fault } from "../../../schema/faults.ts";
import { shortened } from "../../../schema/text.ts";
import { NO_DATA } from "./event-data.ts";
import type { EmitPlan, EventRow } from "./plan-emit.ts";

/** A plan without events whose key stands in it before, and for each of those the id of the first. */
export interface WithoutRepeats {
  readonly plan: EmitPlan;
  readonly repeats: ReadonlyMap<string, string>;
}

/** Within one call the second event with a key is a duplicate of the first. Throws `key.conflict` when it is another event. */
export function collapseRepeats(plan: EmitPlan): WithoutRepeats {
  const firsts = new Map<string, { readonly event: EventRow; readonly index: number }>();
  const repeats = new Map<string, string>();
  const conflicts: KeyConflict[] = [];
  for (const [index, event] of plan.events.entries()) {
    if (event.key === null) continue;
    const name = JSON.stringify([event.source, event.key]);
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, { event, index });
    else if (isSameFact(first.event, event)) repeats.set(event.id, first.event.id);
    else conflicts.push({ event, holder: `event ${first.index} of this call` });
  }
  refuseConflicts(plan, conflicts);
  return { plan: withoutEvents(plan, repeats), repeats };
}

/** A plan without these events and their dispatches. */
export function withoutEvents(plan: EmitPlan, excluded: ReadonlyMap<string, unknown>): EmitPlan {
  if (excluded.size === 0) return plan;
  return {
    events: plan.events.filter((event) => !excluded.has(event.id)),
    dispatches: plan.dispatches.filter((dispatch) => !excluded.has(dispatch.eventId)),
    call: callOf(plan),
  };
}

type Fact = Pick<EventRow, "type" | "subject" | "data">;

/**
 * Whether two events with one key say the same. Data is compared as JSON values: the order of members does not matter. Extensions are no part
 * of it: an id of a trace is another each time the same is tried again.
 */
export function isSameFact(a: Fact, b: Fact): boolean {
  return a.type === b.type && a.subject === b.subject && (a.data === b.data || sorted(a.data) === sorted(b.data));
}

function sorted(json: string): string | undefined {
  return json === NO_DATA ? json : stringify(JSON.parse(json));
}

/** An event whose key stands for another, and for which. */
export interface KeyConflict {
  readonly event: EventRow;
  readonly holder: string;
}

/** Conflicts that are named by their place in the call. */
const NAMED = 10;

/** Throws `key.conflict` when there is any: it names the events by their place in the call, and says of the first what it is about. */
export function refuseConflicts(plan: EmitPlan, conflicts: readonly KeyConflict[]): void {
  const [first] = conflicts;
  if (first === undefined) return;
  const call = callOf(plan);
  const places = conflicts.slice(0, NAMED).map(({ event }) => call.indexOf(event.id));
  const others = conflicts.length > NAMED ? ` and ${conflicts.length - NAMED} more` : "";
  const { key, source } = first.event;
  const about = `key "${shortened(key ?? "")}" of source "${shortened(source ?? "")}"`;
  const held = `already stands for ${first.holder}, which has another type, subject or data`;
  const text =
    conflicts.length === 1
      ? `Event ${places[0]}: ${about} ${held}. Use a new key.`
      : `Events ${places.join(", ")}${others}: their keys stand for other events. Of the first, ${about} ${held}. Use new keys.`;
  throw new Fault("key.conflict", text);
}

function callOf({ call, events }: EmitPlan): readonly string[] {
  return call ?? events.map(({ id }) => id);
}
