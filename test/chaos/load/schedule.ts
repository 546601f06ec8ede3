import { type Random, randomOf } from "../random.ts";

/** What one life of the stack goes through. */
export interface LifePlan {
  /** How long it is let run once it can be reached. */
  readonly runMs: number;
  /** Moments, from when it can be reached, at which something is done to it. */
  readonly deeds: readonly { readonly atMs: number; readonly what: Mischief }[];
  /** Kill it so soon after the start of large emits; null: whenever. */
  readonly killIntoEmitMs: number | null;
  /** Whether the late destination is deployed. */
  readonly late: boolean;
}

const MISCHIEF = ["pause", "wake", "wake", "restart", "terminate", "delete", "garbage"] as const;
/** `pause-next`: the run that the reconciler is to look at next. It comes back to it only after ten minutes, so this is for the last life. */
export type Mischief = (typeof MISCHIEF)[number] | "pause-next";

/** A life for each kill, all from the seed. */
export function scheduleOf({ seed, kills }: { seed: number; kills: number }): LifePlan[] {
  const random = randomOf(seed, "schedule");
  const lateFrom = random.int(Math.min(1, kills), Math.min(kills, 4));
  return Array.from({ length: kills }, (_, life) => lifeOf(random, life >= lateFrom));
}

function lifeOf(random: Random, late: boolean): LifePlan {
  const runMs = random.int(2_000, 8_000);
  const mischief = MISCHIEF.flatMap((what) => Array<Mischief>(random.int(0, 2)).fill(what));
  return {
    runMs,
    deeds: mischief.map((what) => ({ atMs: random.int(200, runMs), what })).toSorted((a, b) => a.atMs - b.atMs),
    killIntoEmitMs: random.chance(0.6) ? random.int(0, 60) : null,
    late,
  };
}
