import { capacityOf } from "./capacity.ts";
import { costOfMonth } from "./cost.ts";
import type { PlanFigure } from "./figures.ts";
import type { Executor, Load } from "./load.ts";
import { PACE } from "./platform.ts";

/** What is left free for an uneven load. */
const SPARE = 0.2;

/** The fewest shards, then the fewest accounts, that carry a rate with a fifth to spare. */
export function planFor(perSecond: number, { executor, load }: { readonly executor: Executor; readonly load: Load }): PlanFigure {
  const carries = (shards: number, accounts: number) =>
    capacityOf({ shards, accounts, definitions: 1, executor }, load, PACE).perSecond * (1 - SPARE) >= perSecond;
  let shards = 1;
  while (!carries(shards, shards)) shards++;
  let accounts = 1;
  while (!carries(shards, accounts)) accounts++;
  const dollarsAMonth = costOfMonth({ shards, accounts, definitions: 1, executor }, load, perSecond);
  return { perSecond, executor, shards, accounts, dollarsAMonth };
}
