import type { Contender } from "../contenders/contender.ts";
import type { Load } from "../contenders/load.ts";
import type { FanOut } from "../contenders/order.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { diskBytes } from "./disk.ts";
import type { Effort } from "./effort.ts";
import type { Burst, ContenderFigures, ContenderName, Latency } from "./figures.ts";
import { type Settled, settle } from "./settle.ts";
import type { Start } from "./start-on.ts";
import { quantileOfTicks } from "./ticks.ts";

/** Who takes part, and in what. */
export interface Enrolled {
  readonly name: ContenderName;
  readonly fanOut: FanOut;
  readonly start: Start;
}

/** One that runs, and what has been measured of it so far. */
export interface Entrant extends Enrolled {
  readonly contender: Contender;
  readonly rounds: Round[];
  long?: Long;
}

export interface Long {
  readonly settled: Settled;
  readonly diskBytes: number;
}

export interface Round {
  readonly at1: Settled;
  readonly at32: Settled;
  readonly burst: Settled;
}

/** Longer than anything takes that one call sets off. */
export const GAP_MS = 25;
const BATCH = 100;

export async function warmUp({ contender, fanOut }: Entrant, { burst }: Effort, interrupted: AbortSignal): Promise<void> {
  await settle(contender, { calls: 20, batch: 1, concurrency: 1, gapMs: GAP_MS, fanOut }, interrupted);
  await settle(contender, burstOf(Math.min(burst, 300), fanOut), interrupted);
}

export async function roundOf({ contender, fanOut }: Entrant, effort: Effort, interrupted: AbortSignal): Promise<Round> {
  const calls = (dispatches: number) => Math.round(dispatches / fanOut);
  const at1 = await settle(contender, { calls: calls(effort.at1), batch: 1, concurrency: 1, gapMs: GAP_MS, fanOut }, interrupted);
  const at32 = await settle(contender, { calls: calls(effort.at32), batch: 1, concurrency: 32, fanOut }, interrupted);
  return { at1, at32, burst: await settle(contender, burstOf(effort.burst, fanOut), interrupted) };
}

/** The long burst, and what it takes on disk. */
export async function longBurst(
  { contender, fanOut }: Entrant,
  { longBurst: dispatches }: Effort,
  interrupted: AbortSignal,
): Promise<Long> {
  const before = await diskBytes(contender.stateDir);
  const settled = await settle(contender, burstOf(dispatches, fanOut), interrupted);
  return { settled, diskBytes: (await diskBytes(contender.stateDir)) - before };
}

/** About so many dispatches, in calls of a hundred events at the most. */
function burstOf(dispatches: number, fanOut: FanOut): Load {
  const calls = Math.ceil(dispatches / (BATCH * fanOut));
  return { calls, batch: Math.round(dispatches / (calls * fanOut)), concurrency: 2, fanOut };
}

export function figuresOf({ rounds, long }: Entrant): ContenderFigures {
  const bursts = [burstFigures(rounds.map(({ burst }) => burst)), ...(long === undefined ? [] : [burstFigures([long.settled])])];
  return {
    emitAt1: latencyOf(rounds.map(({ at1 }) => at1.ms)),
    emitAt32: latencyOf(rounds.map(({ at32 }) => at32.ms)),
    endToEndMs: waitsOf(rounds.map(({ at1 }) => at1)),
    bursts,
    stuck: stuckOf([...rounds.flatMap(({ at1, at32, burst }) => [at1, at32, burst]), ...(long === undefined ? [] : [long.settled])]),
    diskBytesPerDispatch: long === undefined ? null : long.diskBytes / long.settled.dispatches,
  };
}

function stuckOf(settled: readonly Settled[]): ContenderFigures["stuck"] {
  const sum = (what: "dispatches" | "stuck") => settled.reduce((total, one) => total + one[what], 0);
  return { dispatches: sum("dispatches"), stuck: sum("stuck") };
}

function burstFigures(bursts: readonly Settled[]): Burst {
  const dispatches = bursts[0]?.dispatches ?? 0;
  const cpu = bursts.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  const peaks = bursts.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    dispatches,
    perSecond: spreadOf(bursts.map(({ seconds }) => dispatches / seconds)),
    cpuSeconds: cpu.length === 0 ? null : spreadOf(cpu.map((seconds) => (seconds / dispatches) * 1_000)),
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    waitMs: waitsOf(bursts),
  };
}

function waitsOf(settled: readonly Settled[]): { readonly p50: Spread; readonly p95: Spread } {
  const { p50, p95 } = latencyOf(settled.map(({ waits }) => waits));
  return { p50, p95 };
}

/** Quantiles of each round, and how they spread. */
export function latencyOf(rounds: readonly (readonly number[])[]): Latency {
  const at = (part: number) => spreadOf(rounds.map((ticks) => quantileOfTicks(ticks, part)));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
