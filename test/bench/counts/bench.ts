import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { plain } from "../../../tools/local/observer.ts";
import { countOngoing } from "../contenders/d1-file.ts";
import { type MeteredHub, startMeteredHub } from "../metered/hub.ts";
import { type Meters, sumOfMeters } from "../metered/meters.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { CASE_NAMES, CASES, type Case, WARM_UP } from "./cases.ts";
import { type Counts, type Usage, usageOf } from "./usage.ts";

export interface CountOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told what it is at, a line at a time. */
  readonly say?: ((line: string) => void) | undefined;
}

const LOOK_MS = 50;
/** So long nothing is asked any more before a case is taken to be over. */
const QUIET_MS = 200;
const SETTLED_WITHIN_MS = 60_000;
const HISTORIES_AT_ONCE = 10;

/**
 * Counts what each case asks of the platform, on a hub of its own, in about half a minute. The counts are the same each time: they depend on
 * what is done and not on how long it takes. Nobody sweeps meanwhile, and nothing is asked of the hub but to emit.
 */
export async function countAll({ signal, say = () => {} }: CountOptions = {}): Promise<Counts> {
  await using directory = await temporaryDirectory("flowhub-counts-");
  say("starting a hub that counts");
  await using metered = await startMeteredHub({ stateDir: directory.path, signal });
  const counting: Counting = { metered, stateDir: directory.path, signal };
  // The first use migrates the database and stores the configuration.
  for (const one of WARM_UP) await count(counting, one);
  const counts: Record<string, Usage> = {};
  for (const name of CASE_NAMES) {
    const one: Case = CASES[name];
    say(one.title);
    if (one.again) await count(counting, { ...one, dispatches: 1 });
    counts[name] = await count(counting, one);
  }
  return counts as Counts;
}

interface Counting {
  readonly metered: MeteredHub;
  readonly stateDir: string;
  readonly signal: AbortSignal | undefined;
}

async function count(counting: Counting, { title, events, dispatches }: Case): Promise<Usage> {
  const { metered } = counting;
  await metered.take();
  const receipts = plain(await metered.hub.emit(events));
  const fresh = receipts.filter(({ duplicate }) => !duplicate);
  const ids = fresh.flatMap((receipt) => receipt.dispatches.map(({ id }) => id));
  if (ids.length !== dispatches) throw new Error(`${title}: ${ids.length} dispatches instead of ${dispatches}`);
  const untilSettled = await takeUntilSettled(counting, { title, dispatches });
  const limit = pLimit(HISTORIES_AT_ONCE);
  const histories = await Promise.all(ids.map((id) => limit(() => metered.history(id))));
  await sleep(QUIET_MS, undefined, { signal: counting.signal });
  const meters = sumOfMeters(untilSettled, await metered.take());
  return usageOf({ events: events.length, stored: fresh.length, dispatches, histories }, meters);
}

/** What is owed is read from the file of the database: the hub would count a question. */
async function takeUntilSettled(
  { metered, stateDir, signal }: Counting,
  { title, dispatches }: Pick<Case, "title" | "dispatches">,
): Promise<Meters> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  let meters = await metered.take();
  for (;;) {
    metered.stack.broken.throwIfAborted();
    const { queue, workflows } = meters;
    const started = workflows.created >= dispatches && queue.acknowledged === queue.sent;
    if (started && (await countOngoing(stateDir)) === 0) return meters;
    if (Date.now() > deadline) throw new Error(`${title}: not settled after ${SETTLED_WITHIN_MS / 1_000} s: ${JSON.stringify(meters)}`);
    await sleep(LOOK_MS, undefined, { signal });
    meters = sumOfMeters(meters, await metered.take());
  }
}
