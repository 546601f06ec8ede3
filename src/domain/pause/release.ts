import { MINUTE_MS, SECOND_MS } from "../../../schema/limits.ts";
import type { StoredControl } from "../../../schema/storage/tables.ts";

/** The moments that are given next: `count` of them from `from` on, `stepMs` apart. `next`: where those after them begin. */
export interface ReleasePlan {
  readonly from: number;
  readonly stepMs: number;
  readonly count: number;
  readonly next: number;
}

/**
 * Decides what a destination releases in the minute that begins `now`: with a rate as many as fall into it, each at its moment, without one its
 * `share` of a minute at once; of one that has tripped a single dispatch. Moments that nobody gave while the hub stood still are not made up for,
 * so that a rate is never exceeded, however often this is asked.
 */
export function planRelease(
  { state, since, rate, moment }: Pick<StoredControl, "since" | "rate" | "moment"> & { readonly state: "draining" | "tripped" },
  { now, share }: { now: number; share: number },
): ReleasePlan {
  if (state === "tripped") return { from: now, stepMs: 0, count: 1, next: Math.max((moment ?? 0) + 1, now) };
  const stepMs = rate === null ? MINUTE_MS / share : SECOND_MS / rate;
  // What is due up to `since` is held.
  const first = Math.max(now, since + 1);
  const from = Math.max(moment ?? first, first);
  const count = Math.min(Math.max(0, Math.ceil((now + MINUTE_MS - from) / stepMs)), share);
  const next = Math.ceil(from + count * stepMs);
  return rate === null ? { from: first, stepMs: 0, count, next } : { from, stepMs, count, next };
}
