import { MINUTE_MS } from "../../../schema/limits.ts";
import { capacityOf } from "./capacity.ts";
import { costOfMillion } from "./cost.ts";
import type { ScalingFigures, SurgeFigure, WaitFigure } from "./figures.ts";
import { type Arrangement, type Executor, SINGLE, TENS } from "./load.ts";
import { planFor } from "./plan.ts";
import { PACE } from "./platform.ts";
import { measureRoom } from "./room.ts";
import { placeOf, waitOf } from "./steady.ts";
import { HUBS, surgeOf } from "./surge.ts";

export interface ScalingOptions {
  readonly seed: number;
  /** Whether waits and surges are simulated as well: they take most of the time. */
  readonly surges: boolean;
}

const EXECUTORS: readonly Executor[] = ["workflow", "express", "object"];
const RATES = [50, 100, 300, 1_000, 10_000];
const WRITES_MS = [2, 4, 8];
const DATA_BYTES = [512, 2_048];

const PLACES: readonly Arrangement[] = [
  { shards: 1, accounts: 1, definitions: 1, executor: "workflow" },
  { shards: 1, accounts: 1, definitions: 2, executor: "workflow" },
  { shards: 10, accounts: 1, definitions: 1, executor: "workflow" },
  { shards: 10, accounts: 4, definitions: 1, executor: "workflow" },
  { shards: 100, accounts: 1, definitions: 1, executor: "workflow" },
  { shards: 100, accounts: 34, definitions: 1, executor: "workflow" },
  { shards: 1, accounts: 1, definitions: 1, executor: "express" },
  { shards: 10, accounts: 1, definitions: 1, executor: "express" },
  { shards: 100, accounts: 1, definitions: 1, executor: "express" },
  { shards: 10, accounts: 1, definitions: 1, executor: "object" },
  { shards: 100, accounts: 1, definitions: 1, executor: "object" },
];

/** Where the design ends, what it costs and what happens there. The same seed gives the same figures. */
export function simulateScaling({ seed, surges }: ScalingOptions): ScalingFigures {
  return {
    seed,
    places: PLACES.map((arrangement) => placeOf(arrangement, TENS, seed)),
    waits: surges ? waitsOf(seed) : [],
    surges: surges ? surgesOf(seed) : [],
    paces: WRITES_MS.flatMap((writeMs) =>
      [SINGLE, TENS].map((load) => ({
        ...{ writeMs, eventsPerCall: load.eventsPerCall },
        perSecond: capacityOf({ shards: 1, accounts: 1, definitions: 3, executor: "workflow" }, load, { ...PACE, writeMs }).limits.D1 ?? 0,
      })),
    ),
    plans: RATES.flatMap((perSecond) => EXECUTORS.map((executor) => planFor(perSecond, { executor, load: TENS }))),
    costs: EXECUTORS.map((executor) => ({ executor, cost: costOfMillion({ executor }, SINGLE) })),
    rooms: DATA_BYTES.map(measureRoom),
  };
}

/** Of one hub, by executor and workflows: rates up to the first at which it does not keep up. */
function waitsOf(seed: number): WaitFigure[] {
  return PLACES.flatMap(({ shards, definitions, executor }) => {
    const waits: WaitFigure[] = [];
    if (shards > 1 || executor === "object") return waits;
    for (let perSecond = 10; waits.at(-1)?.p95Ms !== null; perSecond += 10) {
      waits.push(waitOf({ executor, definitions }, { perSecond, load: TENS, seed }));
    }
    return waits;
  });
}

/** A minute of ten times the load; then five minutes of half as much again as a hub can carry, as single events, and what it carried before. */
function surgesOf(seed: number): SurgeFigure[] {
  const burst = { perSecond: 50, surgePerSecond: 500, surgeMs: MINUTE_MS, afterMs: 9 * MINUTE_MS, seed, load: TENS };
  const storm = { surgePerSecond: 150, surgeMs: 5 * MINUTE_MS, afterMs: 14 * MINUTE_MS, seed, load: SINGLE };
  const hubs = Object.keys(HUBS) as SurgeFigure["hub"][];
  return [
    surgeOf({ ...burst, hub: "as it is" }),
    surgeOf({ ...storm, perSecond: 80, hub: "as it is" }),
    ...hubs.map((hub) => surgeOf({ ...storm, perSecond: 95, hub })),
  ];
}
