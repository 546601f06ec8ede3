import { stringify } from "safe-stable-stringify";
import { Fault } from "../../../schema/faults.ts";
import { NO_DATA } from "./event-data.ts";
import type { EmitPlan, EventRow } from "./plan-emit.ts";

/** A plan without events whose key stands in it before, and for each of those the id of the first. */
export interface WithoutRepeats {
  readonly plan: EmitPlan;
  readonly repeats: ReadonlyMap<string, string>;
}

/** Within one call the second event with a key is a duplicate of the first. Throws `key.conflict` when it is another event. */
export function collapseRepeats(plan: EmitPlan): WithoutRepeats {
  const firsts = new Map<string, EventRow>();
  const repeats = new Map<string, string>();
  for (const event of plan.events) {
    if (event.key === null) continue;
    const name = JSON.stringify([event.source, event.key]);
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, event);
    else {
      if (!isSameFact(first, event)) throw keyConflict(event, first.id);
      repeats.set(event.id, first.id);
    }
  }
  return { plan: withoutEvents(plan, repeats), repeats };
}

/** A plan without these events and their dispatches. */
export function withoutEvents(plan: EmitPlan, excluded: ReadonlyMap<string, unknown>): EmitPlan {
  if (excluded.size === 0) return plan;
  return {
    events: plan.events.filter((event) => !excluded.has(event.id)),
    dispatches: plan.dispatches.filter((dispatch) => !excluded.has(dispatch.eventId)),
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

export function keyConflict(event: EventRow, knownId: string): Fault {
  return new Fault(
    "key.conflict",
    `Key "${event.key}" of source "${event.source}" already stands for event ${knownId}, which has another type, subject or data. Use a new key.`,
  );
}
