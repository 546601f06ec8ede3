import { durationMs } from "../../../schema/config/duration.ts";
import type { DeliveryOptions, Policy } from "../../../schema/config/policy.ts";
import { contradictions } from "../../../schema/config/policy-checks.ts";
import { policyWith } from "../../../schema/config/resolve-policy.ts";
import { Fault } from "../../../schema/faults.ts";
import { originalIdOf, redriveId, redriveNumberOf } from "../../../schema/ids.ts";
import { CHECK } from "../../../schema/limits.ts";
import type { StoredDispatch } from "../../../schema/storage/tables.ts";
import { issueText } from "../../../schema/wording.ts";

/** A dispatch about to be stored in the place of one that settled. `policy` is JSON text. */
export interface RedriveRow {
  readonly id: string;
  readonly redriveOf: string;
  /** The first of its line. */
  readonly root: string;
  readonly policy: string;
  readonly dueAt: number;
  readonly checkAt: number;
}

/** A dispatch that an operation concerns, with how many redrives its line has. */
export interface Retriable extends StoredDispatch {
  readonly redrives: number;
}

/** Decides the redrives of many. What became of their lines in the meantime is looked at when they are stored. */
export function planRedrives(all: readonly Retriable[], options: DeliveryOptions, now: number): RedriveRow[] {
  return all.map((of) => redriveRow(of, of.redrives + 1, options, now));
}

type Link = Pick<StoredDispatch, "id" | "status">;

/** A redrive of one dispatch. `last`: the last of its line when it was decided, behind which it is stored or not at all. */
export interface NextRedrive extends RedriveRow {
  readonly last: string;
}

/**
 * Finds the first redrive of a line that was made behind one of its dispatches; `undefined` while that is the last. Throws `options.invalid` for
 * a dispatch of another line.
 */
export function redriveBehind(line: readonly Link[], { id, after }: { id: string; after: string }): string | undefined {
  const ids = line.map((link) => link.id).toSorted(byAge);
  const place = ids.indexOf(after);
  if (place < 0) throw new Fault("options.invalid", `after: expected a dispatch of the line of ${id}.`);
  return ids[place + 1];
}

/** In the order in which redrives are made: later ids are longer, or greater. */
function byAge(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : Number(one > other);
}

/**
 * Decides the redrive of a dispatch. `line`: the first of its line with all redrives so far. Throws `dispatch.ongoing` while one of them
 * is: what is on its way is not sent twice; `options.invalid` for options that the policy it was stored with contradicts.
 */
export function planRedrive(given: { of: StoredDispatch; line: readonly Link[]; options: DeliveryOptions; now: number }): NextRedrive {
  const { of, line, options, now } = given;
  const ongoing = line.find(({ status }) => status === "ongoing");
  if (ongoing !== undefined) {
    throw new Fault("dispatch.ongoing", `Dispatch ${of.id} cannot be retried: ${ongoing.id === of.id ? "it" : ongoing.id} is ongoing.`);
  }
  const [issue] = contradictions(options, policyWith(JSON.parse(of.policy) as Policy, options));
  if (issue !== undefined) throw new Fault("options.invalid", `${issueText(issue)}.`);
  const next = redriveRow(of, Math.max(0, ...line.map(({ id }) => redriveNumberOf(id))) + 1, options, now);
  const [last = of.id] = line
    .map(({ id }) => id)
    .toSorted(byAge)
    .toReversed();
  return { ...next, last };
}

function redriveRow(of: StoredDispatch, nth: number, options: DeliveryOptions, now: number): RedriveRow {
  const dueAt = now + (options.delay === undefined ? 0 : durationMs(options.delay));
  return {
    id: redriveId(of.id, nth, now),
    redriveOf: of.id,
    root: originalIdOf(of.id),
    policy: JSON.stringify(policyWith(JSON.parse(of.policy) as Policy, options)),
    dueAt,
    checkAt: dueAt + CHECK.graceMs,
  };
}
