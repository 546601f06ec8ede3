import { setTimeout as sleep } from "node:timers/promises";
import { plain } from "../../../tools/local/observer.ts";
import type { Pause, Redrive } from "../history.ts";
import { randomOf } from "../random.ts";
import type { Life } from "./life.ts";

/** Does what operators do while everything else goes on: pauses a destination and resumes it, retries what failed and cancels that again. */
export interface Operator {
  /** Goes on until the life is over, or for so long. Never throws: a call that was cut off may have happened. */
  readonly work: (life: Life, forMs?: number) => Promise<void>;
  /** Resumes what is paused, until the hub has said so: nothing settles otherwise. */
  readonly letGo: (life: Life) => Promise<void>;
  readonly pauses: readonly Pause[];
  readonly redrives: readonly Redrive[];
}

type Draft<Value> = { -readonly [Name in keyof Value]: Value[Name] };

const DESTINATION = "pausable";
const BY = { by: "chaos" };
/** Dispatches a second. The slow one is corrected to the fast one a moment later. */
const RATES = { slow: 2, fast: 20 };
/** Between what it does: often enough for several in a life. */
const GAP_MS = { min: 500, max: 3_000 };
/** How long a destination stays paused: also through kills, and longer than a look that was under way takes. */
const PAUSE_MS = { min: 1_000, max: 30_000 };

export function operatorOf(seed: number): Operator {
  const random = randomOf(seed, "operator");
  const pauses: Draft<Pause>[] = [];
  const redrives: Draft<Redrive>[] = [];
  let pausedUntil = 0;
  const isPaused = () => pauses.length > 0 && pauses.at(-1)?.resumedAt === null;

  const pause = async (life: Life) => {
    const one: Draft<Pause> = { destination: DESTINATION, at: Date.now(), confirmedAt: null, resumedAt: null };
    pauses.push(one);
    pausedUntil = Date.now() + random.int(PAUSE_MS.min, PAUSE_MS.max);
    await life.call(({ HUB }) => HUB.pauseDestination(DESTINATION, BY));
    one.confirmedAt = Date.now();
  };
  const resume = async (life: Life, rate?: number) => {
    const last = pauses.at(-1);
    if (last !== undefined) last.resumedAt ??= Date.now();
    await life.call(({ HUB }) => HUB.resumeDestination(DESTINATION, { ...BY, ...(rate !== undefined && { rate }) }));
  };
  const resumeSomehow = async (life: Life) => {
    if (Date.now() < pausedUntil) return;
    const rate = random.pick([undefined, RATES.fast, RATES.slow]);
    await resume(life, rate);
    if (rate === RATES.slow) await resume(life, RATES.fast);
  };
  const redrive = async (life: Life) => {
    const bad = (await life.call(async ({ HUB }) => plain(await HUB.listDispatches({ status: "failed", limit: 50 })))).items;
    if (bad.length === 0) return;
    const one: Draft<Redrive> = { of: random.pick(bad).id, at: Date.now(), id: null, cancelledAt: null };
    redrives.push(one);
    const delay = random.pick(["0s", "1s", "5s"] as const);
    one.id = (await life.call(async ({ HUB }) => plain(await HUB.retryDispatch(one.of, { ...BY, delay })))).id;
    if (random.chance(0.5)) await cancel(life, one);
  };
  return {
    pauses,
    redrives,
    async work(life, forMs = Number.POSITIVE_INFINITY) {
      const until = Date.now() + forMs;
      while (!life.over.aborted && Date.now() < until) {
        await quietly(() => sleep(random.int(GAP_MS.min, GAP_MS.max), undefined, { signal: life.over }));
        if (random.chance(0.5)) await quietly(() => redrive(life));
        else await quietly(() => (isPaused() ? resumeSomehow(life) : pause(life)));
      }
    },
    async letGo(life) {
      while (!life.over.aborted) {
        const [ended] = await Promise.allSettled([resume(life, random.pick([undefined, RATES.fast]))]);
        if (ended.status === "fulfilled") return;
        await sleep(500, undefined, { signal: life.over });
      }
    },
  };
}

async function cancel(life: Life, one: Draft<Redrive>): Promise<void> {
  one.cancelledAt = Date.now();
  await life.call(({ HUB }) => HUB.cancelDispatch(one.id ?? "", BY));
}

async function quietly(work: () => Promise<unknown>): Promise<void> {
  await Promise.allSettled([work()]);
}
