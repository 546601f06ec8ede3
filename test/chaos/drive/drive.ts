import { setTimeout as sleep } from "node:timers/promises";
import type { History } from "../history.ts";
import { type LifePlan, scheduleOf } from "../load/schedule.ts";
import { randomOf } from "../random.ts";
import { collect } from "./collect.ts";
import { type Emitter, emitterOf } from "./emitter.ts";
import { type Life, type LifeOptions, startLife } from "./life.ts";
import { type Operator, operatorOf } from "./operator.ts";
import { type Saboteur, saboteurOf } from "./saboteur.ts";
import { untilSettled } from "./until-settled.ts";

export interface DriveOptions {
  readonly seed: number;
  readonly kills: number;
  readonly dispatches: number;
  readonly stateDir: string;
  readonly interrupted: AbortSignal;
  /** Told how far it is, a line at a time. */
  readonly say: (line: string) => void;
}

interface Crew {
  readonly emitter: Emitter;
  readonly saboteur: Saboteur;
  readonly operator: Operator;
}

/** Emits of many events, all at once, for a kill to fall into. */
const LARGE = [60, 40, 20];

/** Emits, kills and meddles as the seed says, then waits until everything has settled, and returns all there is to know about it. */
export async function drive(options: DriveOptions): Promise<History> {
  const { seed, stateDir, interrupted, say } = options;
  const plans = scheduleOf(options);
  const crew = { emitter: emitterOf(options), saboteur: saboteurOf(seed), operator: operatorOf(seed) };
  const kills: number[] = [];
  for (const [index, plan] of plans.entries()) {
    const quota = Math.ceil((options.dispatches * (index + 1)) / plans.length);
    const { at, up } = await liveAndDie({ stateDir, late: plan.late, interrupted }, { plan, crew, pace: { seed: seed + index, quota } });
    kills.push(at);
    say(`kill ${kills.length} of ${plans.length}: ${up}, ${crew.emitter.accepted()} of ${options.dispatches} dispatches accepted`);
  }
  await using life = await startLife({ stateDir, late: true, interrupted });
  const rest = await liveOn(life, crew, say);
  const { emitter, saboteur, operator } = crew;
  return { emits: emitter.calls, deeds: saboteur.deeds, pauses: operator.pauses, redrives: operator.redrives, kills, ...rest };
}

interface LifeStory {
  readonly plan: LifePlan;
  readonly crew: Crew;
  readonly pace: Pace;
}

/** Returns when it was killed, and how long it took to start. */
async function liveAndDie(options: LifeOptions, { plan, crew, pace }: LifeStory): Promise<{ at: number; up: string }> {
  await using life = await startLife(options);
  const until = Date.now() + plan.runMs;
  const resuming = Promise.all([crew.saboteur.resumeInTime(life), crew.operator.work(life)]);
  const working = Promise.all([emitUntil(life, { crew, pace, until }), misbehave(life, plan, crew.saboteur)]);
  await sleep(plan.runMs, undefined, { signal: life.failed });
  const cutOff = plan.killIntoEmitMs === null ? [] : LARGE.map((size) => crew.emitter.emit(life, size));
  await sleep(plan.killIntoEmitMs ?? 0);
  const at = await life.kill();
  await Promise.all([...cutOff, working, resuming]);
  return { at, up: `up after ${life.upAfter.hubMs} + ${life.upAfter.allMs - life.upAfter.hubMs} ms` };
}

interface Pace {
  readonly seed: number;
  /** Dispatches to be accepted by the end of this life. */
  readonly quota: number;
}

/** About what a call of emit comes to. */
const DISPATCHES_A_CALL = 17;

/** Spreads what is to be emitted over the time there is. */
async function emitUntil(life: Life, { crew, pace, until }: { crew: Crew; pace: Pace; until: number }): Promise<void> {
  const random = randomOf(pace.seed, "pace");
  const { emitter } = crew;
  const calls = Math.max(1, (pace.quota - emitter.accepted()) / DISPATCHES_A_CALL);
  const gapMs = Math.max(1, Math.floor((until - Date.now()) / calls));
  while (Date.now() < until && !life.over.aborted && emitter.accepted() < pace.quota) {
    await emitter.emit(life);
    await pause(random.int(0, gapMs), life);
  }
}

async function misbehave(life: Life, { deeds }: LifePlan, saboteur: Saboteur): Promise<void> {
  const start = Date.now();
  const acts: Promise<void>[] = [];
  for (const { atMs, what } of deeds) {
    await pause(start + atMs - Date.now(), life);
    if (!life.over.aborted) acts.push(saboteur.act(life, what));
  }
  await Promise.all(acts);
}

async function pause(ms: number, { over }: Life): Promise<void> {
  await Promise.allSettled([sleep(Math.max(0, ms), undefined, { signal: over })]);
}

/** What the last life is to suffer, so that what comes of it can be seen to the end. */
const LAST_DEEDS = (
  [
    "garbage",
    "wake",
    "pause",
    "terminate",
    "wake",
    "delete",
    "restart",
    "pause-next",
    "garbage",
    "wake",
    "pause-next",
    "pause-next",
  ] as const
).map((what, index) => ({ atMs: 1_000 + 1_000 * index, what }));
const LAST_LIFE: LifePlan = { runMs: 0, deeds: LAST_DEEDS, killIntoEmitMs: null, late: true };

const LAST_OPERATIONS_MS = 25_000;

/** Nobody kills it any more: everything has to come to its end. */
async function liveOn(life: Life, { emitter, saboteur, operator }: Crew, say: (line: string) => void) {
  const resuming = saboteur.resumeInTime(life);
  await Promise.all([emitRest(life, emitter), misbehave(life, LAST_LIFE, saboteur), operator.work(life, LAST_OPERATIONS_MS)]);
  await operator.letGo(life);
  await untilSettled(life, { expected: emitter.accepted(), say });
  const collected = await collect(life);
  await life.kill();
  await resuming;
  return collected;
}

async function emitRest(life: Life, emitter: Emitter): Promise<void> {
  while (!emitter.isDone()) {
    life.over.throwIfAborted();
    await emitter.emit(life);
    await pause(100, life);
  }
}
