import type { Contender } from "../contenders/contender.ts";
import type { Effort } from "./effort.ts";
import { GAP_MS } from "./entrant.ts";

/** Milliseconds of inserts without a hub, one at a time and 32 at a time. */
export interface Inserts {
  readonly at1: readonly number[];
  readonly at32: readonly number[];
}

/** A round of what producers do that have a database of their own. */
export async function insertsOf(baseline: Contender, effort: Effort): Promise<Inserts> {
  const common = { batch: 1, fanOut: 1, method: "insert" } as const;
  const { ms: at1 } = await baseline.load({ ...common, calls: effort.at1, concurrency: 1, gapMs: GAP_MS });
  const { ms: at32 } = await baseline.load({ ...common, calls: effort.at32, concurrency: 32 });
  return { at1, at32 };
}
