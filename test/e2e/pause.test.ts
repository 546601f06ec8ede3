import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DispatchDetail, EventHubApi } from "flowhub";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Observer, plain } from "../../tools/local/observer.ts";
import { type Stack, startStack } from "../../tools/local/stack.ts";
import { FLAKY, HUB, OBSERVER, STEADY, UNRULY } from "./configs.ts";

type Hub = { readonly HUB: EventHubApi };

/** A hub on the same state, until it is killed. */
interface Life {
  readonly stack: Stack;
  readonly observer: Observer<Hub>;
  readonly hub: EventHubApi;
}

let stateDir: string;
let life: Life;

async function start(): Promise<Life> {
  const stack = await startStack({ configs: [HUB, STEADY, UNRULY, FLAKY], stateDir });
  const observer = await stack.observe<Hub>({ config: OBSERVER, ready: ({ HUB: hub }) => hub.health() });
  return { stack, observer, hub: observer.bindings.HUB };
}

async function kill({ stack, observer }: Life): Promise<void> {
  await observer[Symbol.asyncDispose]();
  await stack.kill();
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
  life = await start();
});

afterAll(async () => {
  await life?.observer[Symbol.asyncDispose]();
  await life?.stack.stop();
  await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
});

/** Three dispatches an event, all to the destination that is paused. */
async function owed(count: number, how: { delay?: `${number}s` } = {}): Promise<string[]> {
  const events = Array.from({ length: count }, (_, index) => ({ type: "bulk.made", data: { index }, ...how }));
  return plain(await life.hub.emit(events)).flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
}

async function look(ids: readonly string[]): Promise<DispatchDetail[]> {
  return await Promise.all(
    ids.map(async (id) => {
      const dispatch = plain(await life.hub.getDispatch(id));
      if (dispatch === null) throw new Error(`no dispatch ${id}`);
      return dispatch;
    }),
  );
}

const seconds = (from: number, to: number) => (to - from) / 1_000;

const tally = (dispatches: readonly DispatchDetail[]) => [
  ...new Set(dispatches.map(({ status, attempts, run }) => `${status} ${attempts} ${run.status}`)),
];

test("a backlog is held through a kill, and is delivered at its rate, corrected on the way and across another kill, each once", async () => {
  const asleep = await owed(5, { delay: "3s" });
  await life.hub.pauseDestination("steady", { by: "ada", reason: "a new version goes out" });
  const waiting = await owed(60);
  await sleep(8_000);

  await kill(life);
  life = await start();
  await sleep(12_000);
  expect(tally(await look(waiting))).toEqual(["ongoing 0 missing"]);
  expect(tally(await look(asleep)).filter((stands) => !/^ongoing 0 (complete|running)$/.test(stands))).toEqual([]);
  expect(plain(await life.hub.health()).overdue).toBe(0);
  expect(plain(await life.hub.audit())).toMatchObject({ unexplained: 0, mismatches: {} });

  const all = [...asleep, ...waiting];
  const resumedAt = Date.now();
  await life.hub.resumeDestination("steady", { by: "ada", rate: 0.2 });
  await sleep(10_000);
  const correctedAt = Date.now();
  const corrected = plain(await life.hub.resumeDestination("steady", { by: "ada", rate: 2 }));
  expect(corrected).toMatchObject({ state: "draining", rate: 2 });
  await sleep(10_000);
  const killedAt = Date.now();

  await kill(life);
  life = await start();
  while (plain(await life.hub.listDispatches({ status: "ongoing", limit: 1 })).items.length > 0) await sleep(1_000);
  const ended = await look(all);
  expect([...new Set(ended.map(({ status, attempts }) => `${status} ${attempts}`))]).toEqual(["complete 1"]);
  const starts = ended.map(({ executions }) => Date.parse(executions[0]?.startedAt ?? ""));
  const startedWithin = (from: number, to: number) => starts.filter((at) => at >= from && at < to).length;
  expect(startedWithin(0, resumedAt)).toBe(0);
  const slowly = startedWithin(resumedAt, correctedAt);
  expect(slowly).toBeGreaterThan(0);
  expect(slowly).toBeLessThanOrEqual(0.2 * seconds(resumedAt, correctedAt) + 1);
  const faster = startedWithin(correctedAt, killedAt);
  expect(faster).toBeGreaterThan(slowly);
  // With those of the slower rate, whose moments were given before.
  expect(faster).toBeLessThanOrEqual(2.2 * seconds(correctedAt, killedAt) + 6);
  expect(plain(await life.hub.listDestinations())).toContainEqual({ destination: "steady", state: "active" });
  expect(plain(await life.hub.audit())).toMatchObject({ unexplained: 0, mismatches: {} });
});
