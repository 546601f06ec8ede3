import { setTimeout as sleep } from "node:timers/promises";
import type { Deed } from "../history.ts";
import { garbageOf } from "../load/garbage.ts";
import type { Mischief } from "../load/schedule.ts";
import { type Random, randomOf } from "../random.ts";
import type { Target, Verb } from "../workers/api.ts";
import type { Life } from "./life.ts";
import { statusOf } from "./status-of.ts";

/** Meddles with the hub's runs and queue behind its back, and keeps what was done to whom. */
export interface Saboteur {
  /** Never throws: what fails is a deed that failed, or none at all. */
  readonly act: (life: Life, what: Mischief) => Promise<void>;
  /** Resumes runs whose pause is over, until the life is. */
  readonly resumeInTime: (life: Life) => Promise<void>;
  readonly deeds: readonly Deed[];
}

/** The reconciler does not look at a run so soon. */
const UNWATCHED_MS = 30_000;
const TRIES = 3;

export function saboteurOf(seed: number): Saboteur {
  const random = randomOf(seed, "saboteur");
  const deeds: Deed[] = [];
  /** Until when, by dispatch. */
  const paused = new Map<string, number>();

  const meddle = async (life: Life, verb: Verb, dispatchId: string): Promise<Deed> => {
    const deed = await done(life, verb, dispatchId);
    deeds.push(deed);
    return deed;
  };
  const meddleWithOne = async (life: Life, what: Exclude<Mischief, "garbage">) => {
    const verb = what === "pause-next" ? "pause" : what;
    const targets = targetsFor(
      what,
      (await ongoing(life)).filter(({ id }) => !paused.has(id)),
    );
    for (const { id } of random.sample(targets, TRIES)) {
      if (verb === "pause") paused.set(id, Date.now() + random.int(2_000, 6_000));
      const { error } = await meddle(life, verb, id);
      if (life.over.aborted || (error === undefined && verb !== "wake")) return;
      paused.delete(id);
    }
  };
  const resume = async (life: Life, id: string) => {
    if (life.over.aborted) return;
    await meddle(life, "resume", id);
    if (!life.over.aborted && (await statusOf(life, id)) !== "paused") paused.delete(id);
  };
  return {
    deeds,
    async act(life, what) {
      if (what === "garbage") await quietly(() => sendGarbage(life, random));
      else await quietly(() => meddleWithOne(life, what));
    },
    async resumeInTime(life) {
      while (!life.over.aborted) {
        for (const [id, until] of paused) if (until <= Date.now()) await resume(life, id);
        await quietly(() => sleep(200, undefined, { signal: life.over }));
      }
    },
  };
}

/** Whom to choose from. */
function targetsFor(what: Mischief, all: readonly Target[]): readonly Target[] {
  const now = Date.now();
  if (what === "pause") return all.filter(({ checkAt }) => checkAt > now + UNWATCHED_MS);
  if (what === "pause-next") return all.filter(({ checkAt }) => checkAt > now).slice(-TRIES);
  if (what === "wake" || what === "restart") return all.filter(({ dueAt }) => dueAt > now + 1_000);
  return all;
}

async function ongoing(life: Life): Promise<Target[]> {
  return JSON.parse(await life.call(({ INSPECTOR }) => INSPECTOR.ongoing())) as Target[];
}

async function sendGarbage(life: Life, random: Random): Promise<void> {
  const ids = (await ongoing(life)).map(({ id }) => id);
  await life.call(({ INSPECTOR }) => INSPECTOR.send(JSON.stringify(garbageOf(random, ids))));
}

async function done(life: Life, verb: Verb, dispatchId: string): Promise<Deed> {
  const at = Date.now();
  const deed = { verb, dispatchId, at, confirmedAt: null };
  try {
    await life.call(({ INSPECTOR }) => INSPECTOR.meddle(verb, dispatchId));
    return { ...deed, confirmedAt: await confirmed(life, verb, dispatchId) };
  } catch (error) {
    return { ...deed, error: String(error) };
  }
}

/** How the engine calls what was asked for. A run that is resumed or deleted may be anything next. */
const WANTED: Partial<Record<Verb, string>> = { pause: "paused", terminate: "terminated" };
const CONFIRM_MS = 4_000;

async function confirmed(life: Life, verb: Verb, dispatchId: string): Promise<number | null> {
  const deadline = Date.now() + CONFIRM_MS;
  while (WANTED[verb] !== undefined && Date.now() < deadline) {
    if ((await statusOf(life, dispatchId)) === WANTED[verb]) return Date.now();
    await sleep(50, undefined, { signal: life.over });
  }
  return null;
}

async function quietly(work: () => Promise<unknown>): Promise<void> {
  await Promise.allSettled([work()]);
}
