import { type AutoPause, probeMs } from "../../../schema/config/auto-pause.ts";
import type { Outcome } from "../../../schema/contract/statuses.ts";

/** How a destination stands while something is held against it. */
export interface Control {
  readonly state: "paused" | "counting" | "tripped";
  readonly probeAt: number | null;
}

/** What an attempt says of its destination, to be written down with its record. */
export type ControlChange =
  | { readonly do: "count"; readonly destination: string; readonly after: number; readonly probeMs: number }
  | { readonly do: "clear"; readonly destination: string };

/**
 * Decides it: failures in a row are counted, a success ends the count. Costs a destination that answers nothing, and one without the option
 * never anything, save that what was counted before the option was taken away is cleared.
 */
export function decideControl(given: {
  destination: string;
  autoPause: AutoPause | undefined;
  control: Control | null;
  outcome: Outcome;
}): ControlChange | null {
  const { destination, autoPause, control, outcome } = given;
  const isCounted = control !== null && control.state !== "paused";
  if (outcome === "complete" || outcome === "ignored") return isCounted ? { do: "clear", destination } : null;
  return autoPause === undefined ? null : { do: "count", destination, after: autoPause.after, probeMs: probeMs(autoPause) };
}

/** How long a run waits whose destination has tripped; 0: it may try, if nobody else does. */
export function probeWaitMs({ state, probeAt }: Control, now: number, lookMs: number): number {
  return state === "tripped" ? Math.min(Math.max(0, (probeAt ?? now) - now), lookMs) : 0;
}
