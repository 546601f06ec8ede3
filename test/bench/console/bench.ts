import { setTimeout as sleep } from "node:timers/promises";
import { type FirstByte, timeToFirstByte } from "./first-byte.ts";
import { type Filling, type MeasuredHub, startHub } from "./hub.ts";
import { PAGES } from "./pages.ts";

export interface BenchOptions {
  readonly filling: Filling;
  readonly rounds: number;
  /** Between two rounds. What the hub keeps for a while, it has to find anew when this is longer. */
  readonly apartMs: number;
  readonly interrupted: AbortSignal;
  /** Told what it is at, a line at a time. */
  readonly say: (line: string) => void;
}

/** Milliseconds: half of the times were from `low` to `high`. */
export interface Times {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export type MeasuredPage =
  | { readonly page: string; readonly empty: Times; readonly seeded: Times; readonly ratio: number }
  /** Both hubs have to answer 200. */
  | { readonly page: string; readonly statuses: readonly number[] };

/** The first rounds pay for what is loaded and cached once. */
const WARM_UP = 3;

/** How much longer each page of the console takes in a hub with a history than in one without. */
export async function benchConsole({ filling, rounds, apartMs, interrupted, say }: BenchOptions): Promise<MeasuredPage[]> {
  say("starting an empty hub");
  await using empty = await startHub(undefined, interrupted);
  say(`starting a hub with ${filling.events} events and ${filling.dispatches} dispatches`);
  await using seeded = await startHub(filling, interrupted);
  const taken = Object.keys(PAGES).map((page): Taken => ({ page, empty: [], seeded: [] }));
  for (let round = 1 - WARM_UP; round <= rounds; round++) {
    await sleep(round < 1 ? 0 : apartMs, undefined, { signal: interrupted });
    for (const { page, ...times } of taken) {
      interrupted.throwIfAborted();
      const pair = { empty: await load(empty, page), seeded: await load(seeded, page) };
      if (round < 1) continue;
      times.empty.push(pair.empty);
      times.seeded.push(pair.seeded);
    }
    if (round > 0) say(`round ${round} of ${rounds}`);
  }
  return taken.map(measured);
}

interface Taken {
  readonly page: string;
  readonly empty: FirstByte[];
  readonly seeded: FirstByte[];
}

async function load({ url, ids }: MeasuredHub, page: string): Promise<FirstByte> {
  return await timeToFirstByte(new URL(PAGES[page]?.(ids) ?? page, url).href);
}

function measured({ page, empty, seeded }: Taken): MeasuredPage {
  const statuses = [...new Set([...empty, ...seeded].map(({ status }) => status))];
  if (statuses.some((status) => status !== 200)) return { page, statuses };
  const times = { empty: timesOf(empty), seeded: timesOf(seeded) };
  return { page, ...times, ratio: times.seeded.median / times.empty.median };
}

function timesOf(taken: readonly FirstByte[]): Times {
  const ascending = taken.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (part: number) => ascending[Math.round(part * (ascending.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
