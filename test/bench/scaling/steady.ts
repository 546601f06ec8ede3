import { MINUTE_MS, SECOND_MS } from "../../../schema/limits.ts";
import { capacityOf, workflowShare } from "./capacity.ts";
import { costOfMonth } from "./cost.ts";
import type { PlaceFigure, WaitFigure } from "./figures.ts";
import { AS_IT_IS } from "./hub.ts";
import type { Arrangement, Load } from "./load.ts";
import { PACE } from "./platform.ts";
import { type Course, type Scenario, simulate } from "./simulate.ts";

const WARM_MS = 30 * SECOND_MS;

/** A scenario in which nothing is otherwise than it is. */
export function scenarioOf(given: Pick<Scenario, "seed" | "load" | "phases"> & Partial<Scenario>): Scenario {
  return { hubs: 1, definitions: 1, executor: "workflow", pace: PACE, refusal: "call", mended: AS_IT_IS, ...given };
}

/** Where an arrangement ends, by formula and in the model. */
export function placeOf(arrangement: Arrangement, load: Load, seed: number): PlaceFigure {
  const capacity = capacityOf(arrangement, load, PACE);
  const { perSecond } = capacity;
  const { eventsPerCall, dispatchesPerEvent } = load;
  return {
    arrangement,
    eventsPerCall,
    capacity,
    simulated: simulatedPerSecond(arrangement, { load, seed, perSecond: perSecond * 1.2 }),
    creationsPerSecond: perSecond * workflowShare(arrangement.executor, load),
    transactionsPerSecond: perSecond * (1 + 1 / (eventsPerCall * dispatchesPerEvent)),
    dollarsAMonth: costOfMonth(arrangement, load, perSecond),
  };
}

/** Hubs share an account as evenly as can be: what the fullest carries, times its like. */
function simulatedPerSecond(
  { shards, accounts, definitions, executor }: Arrangement,
  { load, seed, perSecond }: { readonly load: Load; readonly seed: number; readonly perSecond: number },
): number | null {
  if (executor === "object") return null;
  const hubs = Math.min(shards, Math.ceil(shards / accounts), SIMULATED_HUBS[executor]);
  const phases = [{ forMs: 90 * SECOND_MS, eventsPerSecond: perSecond / shards / load.dispatchesPerEvent }];
  const { samples } = simulate(scenarioOf({ seed, load, phases, hubs, definitions, executor }));
  return (settledPerSecond(samples, WARM_MS) * shards) / hubs;
}

/** Hubs that share nothing that binds are all alike: one stands for all. */
const SIMULATED_HUBS = { workflow: Number.POSITIVE_INFINITY, express: 1 } as const;

/** Dispatches that settled in a second, from a moment on. */
export function settledPerSecond(samples: Course["samples"], fromMs: number): number {
  const [first, last] = [samples.find(({ atMs }) => atMs >= fromMs), samples.at(-1)];
  if (first === undefined || last === undefined || first === last) return 0;
  return ((last.counts.settled - first.counts.settled) * SECOND_MS) / (last.atMs - first.atMs);
}

/** How long first attempts wait in one hub at a rate: those of a minute, half a minute later. */
export function waitOf(
  { executor, definitions }: Pick<Scenario, "executor" | "definitions">,
  { load, perSecond, seed }: { readonly load: Load; readonly perSecond: number; readonly seed: number },
): WaitFigure {
  const keepsUp = perSecond <= capacityOf({ shards: 1, accounts: 1, executor, definitions }, load, PACE).perSecond;
  const untilMs = WARM_MS + MINUTE_MS;
  const phases = [{ forMs: untilMs + WARM_MS, eventsPerSecond: perSecond / load.dispatchesPerEvent }];
  const latencies = keepsUp ? simulate(scenarioOf({ seed, load, phases, executor, definitions })).latencies : [];
  const waits = latencies.filter(({ at }) => at >= WARM_MS && at < untilMs).map(({ ms }) => ms);
  return { executor, definitions, perSecond, p95Ms: percentile(waits, { share: 0.95, of: waits.length }) };
}

/** By nearest rank, of so many of which these are the least; `null` when it is not among them. */
export function percentile(values: readonly number[], { share, of }: { readonly share: number; readonly of: number }): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(share * of)] ?? null;
}
