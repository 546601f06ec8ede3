import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { BulkFilter, BulkView, EventHubApi } from "flowhub";
import { afterAll, beforeAll, expect, test } from "vitest";
import { originalIdOf } from "../../schema/ids.ts";
import { type Observer, plain } from "../../tools/local/observer.ts";
import { type Stack, startStack } from "../../tools/local/stack.ts";
import { openHubDatabase } from "../hub-database.ts";
import { HUB, OBSERVER, UNRULY, WATCHER } from "./configs.ts";

interface Bindings {
  readonly HUB: EventHubApi;
  /** Unlike calls over RPC, these do not hold up this process. */
  readonly WATCHER: { fetch(url: string, request: { method: string; body: string }): Promise<Response> };
}

/** How far a bulk operation is. */
type Progress = Pick<BulkView, "id" | "done" | "state">;

const EVENTS = 2_000;
const EMITTED_AT_ONCE = 1_000;
const PIECE = 200;
/** All pieces together take 0.2 s here: an operation may be over before it is killed. */
const TRIES = 5;

let stateDir: string;
let stack: Stack;
let observer: Observer<Bindings>;
let hub: EventHubApi;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
  await start();
});

afterAll(async () => {
  await observer?.[Symbol.asyncDispose]();
  await stack?.stop();
  await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
});

async function start(): Promise<void> {
  stack = await startStack({ configs: [HUB, UNRULY, WATCHER], stateDir });
  observer = await stack.observe<Bindings>({ config: OBSERVER, ready: ({ HUB }) => HUB.health() });
  hub = observer.bindings.HUB;
}

async function untilSettled(): Promise<void> {
  while (plain(await hub.listDispatches({ status: "ongoing", limit: 1 })).items.length > 0) await sleep(500);
}

/** What matches this many dispatches that have failed, and no other. */
async function failedDispatches(): Promise<BulkFilter> {
  const from = new Date();
  for (let first = 0; first < EVENTS; first += EMITTED_AT_ONCE) {
    await hub.emit(Array.from({ length: EMITTED_AT_ONCE }, (_, index) => ({ type: "order.placed", data: { order: first + index } })));
  }
  await untilSettled();
  return { destination: "shop", reason: "the shop is shut", from };
}

/** Looks from outside, where no call can be held up, or hold up the hub. */
function latestBulk(database: DatabaseSync): Progress | undefined {
  return database.prepare("SELECT id, done, state FROM bulks ORDER BY id DESC LIMIT 1").get() as Progress | undefined;
}

/** Starts a bulk retry and ends everything as a crash would, once half of it is done. Returns how far it was by then. */
async function retryAndKill(filter: BulkFilter): Promise<Progress> {
  using database = await openHubDatabase(stateDir, { readOnly: true });
  const before = latestBulk(database)?.id;
  const request = { method: "POST", body: JSON.stringify(filter) };
  const answered = Promise.allSettled([observer.bindings.WATCHER.fetch("https://watcher.example/", request)]);
  let bulk: Progress | undefined;
  while (bulk === undefined || bulk.id === before || bulk.done < EVENTS / 2) {
    await setImmediate();
    bulk = latestBulk(database);
  }
  await stack.kill();
  await answered;
  return latestBulk(database) ?? bulk;
}

/** A bulk retry of dispatches that have failed, cut off in the middle. */
async function killHalfWay(): Promise<Progress> {
  for (let tried = 1; tried <= TRIES; tried++) {
    const filter = await failedDispatches();
    expect(plain(await hub.previewBulk("retry", filter))).toMatchObject({ count: EVENTS, more: false });
    const killed = await retryAndKill(filter);
    console.log(`try ${tried}: killed after piece ${killed.done / PIECE} of ${EVENTS / PIECE}`);
    if (killed.done < EVENTS) return killed;
    await restart();
    await untilSettled();
  }
  throw new Error(`Each of ${TRIES} operations had done everything before it was killed.`);
}

async function restart(): Promise<void> {
  await observer[Symbol.asyncDispose]();
  await start();
}

/** Every stage the latest operation is seen at until it is over. Throws when nobody takes it up again. */
async function progressToTheEnd(): Promise<Progress[]> {
  using database = await openHubDatabase(stateDir, { readOnly: true });
  const seen: Progress[] = [];
  const deadline = Date.now() + 90_000;
  while (seen.at(-1)?.state !== "finished") {
    const bulk = latestBulk(database);
    if (bulk !== undefined && (bulk.done !== seen.at(-1)?.done || bulk.state !== seen.at(-1)?.state)) seen.push(bulk);
    if (Date.now() > deadline) throw new Error(`The operation still stands at ${JSON.stringify(bulk)}.`);
    await sleep(5);
  }
  return seen;
}

test("a bulk redrive of 2,000 survives a kill half-way: the sweep takes it up again, and redrives each dispatch once", {
  timeout: 600_000,
}, async () => {
  const killed = await killHalfWay();
  expect(killed.state).toBe("running");

  const [progress] = await Promise.all([progressToTheEnd(), restart()]);
  console.log(`seen after the restart: ${progress.map(({ done }) => done).join(", ")}`);
  expect(progress[0]).toEqual(killed);
  expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).toSorted((a, b) => a - b));
  expect(plain(await hub.getBulk(killed.id))).toMatchObject({ state: "finished", done: EVENTS });

  await untilSettled();
  await stack.stop();
  using database = await openHubDatabase(stateDir, { readOnly: true });
  const all = database.prepare("SELECT id, status, redrive_of AS redriveOf FROM dispatches ORDER BY id").all();
  const first = all.filter(({ redriveOf }) => redriveOf === null);
  const redrives = all.filter(({ redriveOf }) => redriveOf !== null);
  expect(first.filter(({ status }) => status !== "failed")).toEqual([]);
  expect(redrives.map(({ id }) => originalIdOf(String(id)))).toEqual(first.map(({ id }) => id));
  expect(redrives.map(({ redriveOf }) => redriveOf)).toEqual(first.map(({ id }) => id));
  const ends = Map.groupBy(redrives, ({ status }) => status);
  expect([...ends].map(([status, { length }]) => `${length} ${status}`).toSorted()).toEqual(["1000 complete", "1000 failed"]);
});
