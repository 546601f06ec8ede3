import * as z from "zod";
import { CONTROL } from "../limits.ts";
import { closedObject } from "../wording.ts";
import { type Duration, durationBetween, durationMs } from "./duration.ts";

/** When a destination is held back by itself: then it is tried with one attempt now and again, and goes on with the first that succeeds. */
export interface AutoPause {
  /** Failed attempts in a row, of whatever dispatches, 1 to 1,000. */
  readonly after: number;
  /** How far apart the attempts are that find out whether it works again, 1 second to 1 day; by default 1 minute. */
  readonly probe?: Duration | undefined;
}

export const autoPause = closedObject({
  after: z.int().min(1).max(CONTROL.maxFailures),
  probe: durationBetween(CONTROL.minProbeMs, CONTROL.maxProbeMs).optional(),
}) satisfies z.ZodType<AutoPause, AutoPause>;

export function probeMs({ probe = "1 minute" }: AutoPause): number {
  return durationMs(probe);
}
