import type { Contender } from "../contenders/contender.ts";
import type { Load } from "../contenders/load.ts";
import type { FanOut } from "../contenders/order.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { diskBytes } from "./disk.ts";
import type { Effort } from "./effort.ts";
import type { Burst, ContenderFigures, ContenderName, Latency } from "./figures.ts";
import { type Settled, settle } from "./settle.ts";
import { quantileOfTicks } from "./ticks.ts";

/** A contender with its part in the contest, and what has been measured of it so far. */
export interface Entrant {
  readonly name: ContenderName;
  readonly contender: Contender;
  readonly fanOut: FanOut;
  readonly rounds: Round[];
  long?: Settled;
  /** After the contest, and how many dispatches that is for. */
  disk?: { readonly bytes: number; readonly dispatches: number };
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
  const at1 = await settle(contender, { calls: effort.callsAt1, batch: 1, concurrency: 1, gapMs: GAP_MS, fanOut }, interrupted);
  const at32 = await settle(contender, { calls: effort.callsAt32, batch: 1, concurrency: 32, fanOut }, interrupted);
  return { at1, at32, burst: await settle(contender, burstOf(effort.burst, fanOut), interrupted) };
}

/** The long burst, and what all that was stored since takes on disk. */
export async function longBurst(entrant: Entrant, dispatches: number, interrupted: AbortSignal): Promise<void> {
  const { contender, fanOut } = entrant;
  const before = await diskBytes(contender.stateDir);
  const load = burstOf(dispatches, fanOut);
  entrant.long = await settle(contender, load, interrupted);
  entrant.disk = { bytes: (await diskBytes(contender.stateDir)) - before, dispatches: sizeOf(load) };
}

/** About so many dispatches, in calls of a hundred events at the most. */
function burstOf(dispatches: number, fanOut: FanOut): Load {
  const calls = Math.ceil(dispatches / (BATCH * fanOut));
  return { calls, batch: Math.round(dispatches / (calls * fanOut)), concurrency: 2, fanOut };
}

function sizeOf({ calls, batch, fanOut }: Load): number {
  return calls * batch * fanOut;
}

export function figuresOf({ rounds, long, disk, fanOut }: Entrant, effort: Effort): ContenderFigures {
  const bursts = [
    burstFigures(
      rounds.map(({ burst }) => burst),
      sizeOf(burstOf(effort.burst, fanOut)),
    ),
  ];
  if (long !== undefined) bursts.push(burstFigures([long], sizeOf(burstOf(effort.longBurst, fanOut))));
  return {
    emitAt1: latencyOf(rounds.map(({ at1 }) => at1.ms)),
    emitAt32: latencyOf(rounds.map(({ at32 }) => at32.ms)),
    endToEndMs: waitsOf(rounds.map(({ at1 }) => at1)),
    bursts,
    stuck: stuckOf([...rounds.flatMap(({ at1, at32, burst }) => [at1, at32, burst]), ...(long === undefined ? [] : [long])]),
    diskBytesPerDispatch: disk === undefined ? null : disk.bytes / disk.dispatches,
  };
}

function stuckOf(settled: readonly Settled[]): ContenderFigures["stuck"] {
  const sum = (what: "dispatches" | "stuck") => settled.reduce((total, one) => total + one[what], 0);
  return { dispatches: sum("dispatches"), stuck: sum("stuck") };
}

function burstFigures(bursts: readonly Settled[], dispatches: number): Burst {
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
