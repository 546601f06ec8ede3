import { type AutoPause, probeMs } from "../../../schema/config/auto-pause.ts";
import { CONTROL, SECOND_MS } from "../../../schema/limits.ts";
import type { StoredControl } from "../../../schema/storage/tables.ts";
import type { Answer } from "./answer.ts";

/** A destination's control as far as an attempt depends on it. */
export type Control = Pick<StoredControl, "state" | "since" | "rate" | "probeAt">;

/** What an attempt says of its destination, to be written down with its record. */
export type ControlChange =
  | { readonly do: "count"; readonly destination: string; readonly after: number; readonly probeMs: number }
  | { readonly do: "clear"; readonly destination: string };

/**
 * Decides what an answer says of its destination: failures in a row are counted, a working one ends the count. Costs a destination that
 * works nothing, and one without the option never anything, save that what was counted before the option was taken away is cleared.
 */
export function decideControl(given: {
  destination: string;
  autoPause: AutoPause | undefined;
  control: Control | null;
  answer: Pick<Answer, "outcome"> & { readonly retryable?: boolean };
}): ControlChange | null {
  const { destination, autoPause, control, answer } = given;
  if (isWorking(answer)) return isCounted(control, autoPause) ? { do: "clear", destination } : null;
  return autoPause === undefined ? null : { do: "count", destination, after: autoPause.after, probeMs: probeMs(autoPause) };
}

/** Whether failures may be counted against a destination: while it drains they are where it has the option. */
function isCounted(control: Control | null, autoPause: AutoPause | undefined): boolean {
  if (control?.state === "draining") return autoPause !== undefined;
  return control?.state === "counting" || control?.state === "tripped";
}

/** Who refuses one event for good, such as a card that is declined, has looked at it: the event is at fault, not the destination. */
function isWorking({ outcome, retryable }: { readonly outcome: Answer["outcome"]; readonly retryable?: boolean }): boolean {
  return outcome === "complete" || outcome === "ignored" || (outcome === "failed" && retryable === false);
}

/** What a run does whose destination has tripped: it tries, if nobody else takes this probe; waits for the next; or ends as held. */
export type ProbeLook =
  | { readonly do: "probe"; readonly until: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "hold" };

/**
 * Decides whether a run may probe. A dispatch that has failed before leaves each probe to the others for as long as probes are apart: it may
 * be what tripped the destination. `every`: how far apart they are.
 */
export function decideProbe(given: {
  control: Pick<Control, "probeAt">;
  every: number;
  hasFailed: boolean;
  dueAt: number;
  now: number;
}): ProbeLook {
  const { control, every, hasFailed, dueAt, now } = given;
  const mayAt = (control.probeAt ?? now) + (hasFailed ? every : 0);
  if (now >= mayAt) return { do: "probe", until: now + every };
  const awaited = Math.max(CONTROL.probesAwaited * every, CONTROL.minAwaitedMs);
  return mayAt > Math.min(dueAt + awaited, now + CONTROL.soonMs) ? { do: "hold" } : { do: "wait", ms: mayAt - now };
}

/** Somebody else has just taken the probe: the next comes after as long. */
export function afterLostProbe(every: number): number {
  return Math.max(every, SECOND_MS);
}
