import type { Random } from "../../chaos/random.ts";
import { fraction } from "./draw.ts";

/** What becomes of a dispatch. `scheduled` and `waiting` are ongoing: not attempted yet, and to be attempted again. */
export type Fate = "complete" | "ignored" | "failed" | "misconfigured" | "lost" | "cancelled" | "scheduled" | "waiting";

/** Of all dispatches; the rest completes. */
const SHARES: readonly (readonly [Fate, number])[] = [
  ["ignored", 0.02],
  ["failed", 0.015],
  ["misconfigured", 0.003],
  ["lost", 0.002],
  ["cancelled", 0.005],
  ["scheduled", 0.0025],
  ["waiting", 0.0025],
];

export function fateOf(random: Random): Fate {
  let rest = fraction(random);
  for (const [fate, share] of SHARES) {
    if (rest < share) return fate;
    rest -= share;
  }
  return "complete";
}
