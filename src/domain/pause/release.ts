import { MINUTE_MS, SECOND_MS } from "../../../schema/limits.ts";
import type { StoredControl } from "../../../schema/storage/tables.ts";

/** The moments that are given next: `count` of them, `stepMs` apart. `next` is where those after them begin, and differs each time. */
export interface ReleasePlan {
  readonly from: number;
  readonly stepMs: number;
  readonly count: number;
  readonly next: number;
}

/**
 * Decides what a destination releases in the minute that begins `now`: with a rate as many as fall into it, else as many as its `share`, all at
 * once; of one that has tripped a single dispatch. Moments that nobody gave while the hub stood still are not made up for, so that a rate is
 * never exceeded.
 */
export function planRelease(
  { state, rate, moment }: Pick<StoredControl, "rate" | "moment"> & { readonly state: "draining" | "tripped" },
  { now, share }: { now: number; share: number },
): ReleasePlan {
  const atOnce = { from: now, stepMs: 0, next: Math.max((moment ?? 0) + 1, now) };
  if (state === "tripped") return { ...atOnce, count: 1 };
  if (rate === null) return { ...atOnce, count: share };
  const stepMs = SECOND_MS / rate;
  const from = Math.max(moment ?? now, now);
  const count = Math.min(Math.max(0, Math.ceil((now + MINUTE_MS - from) / stepMs)), share);
  return { from, stepMs, count, next: Math.ceil(from + count * stepMs) };
}
