import type { ContestFigures } from "./contest/figures.ts";
import type { Counts } from "./counts/usage.ts";
import type { GrowthFigures } from "./growth/figures.ts";
import type { RoutingFigures } from "./routing/bench.ts";

/** All that is measured: part by part, each can be measured without the others. */
export interface Figures {
  /** What events and dispatches ask of the platform: exact. */
  readonly counts: Counts;
  readonly routing: RoutingFigures;
  /** A large hub beside a small one. */
  readonly growth: GrowthFigures;
  /** The hub beside others. */
  readonly contest: ContestFigures;
}

export type Part = keyof Figures;

/** In the order in which they are measured. */
export const PARTS: readonly Part[] = ["counts", "routing", "growth", "contest"];
