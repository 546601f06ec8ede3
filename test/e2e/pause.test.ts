import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DispatchDetail, EventHubApi } from "flowhub";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Observer, plain } from "../../tools/local/observer.ts";
import { type Stack, startStack } from "../../tools/local/stack.ts";
import { FLAKY, HUB, OBSERVER, STEADY, UNRULY } from "./configs.ts";

/** Three dispatches an event. */
const EVENTS = 170;
const RATE = 50;

let stateDir: string;
let stack: Stack;
let observer: Observer<{ readonly HUB: EventHubApi }>;
let hub: EventHubApi;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
  stack = await startStack({ configs: [HUB, STEADY, UNRULY, FLAKY], stateDir });
  observer = await stack.observe<{ readonly HUB: EventHubApi }>({ config: OBSERVER, ready: ({ HUB }) => HUB.health() });
  hub = observer.bindings.HUB;
});

afterAll(async () => {
  await observer?.[Symbol.asyncDispose]();
  await stack?.stop();
  await rm(stateDir, { recursive: true, force: true });
});

async function dispatchOf(id: string): Promise<DispatchDetail> {
  const dispatch = plain(await hub.getDispatch(id));
  if (dispatch === null) throw new Error(`no dispatch ${id}`);
  return dispatch;
}

async function steady() {
  const { destinations } = plain(await hub.stats());
  return destinations.find(({ destination }) => destination === "steady");
}

test("what is emitted to a paused destination waits without an attempt, and follows at the rate that is asked for", async () => {
  await hub.pauseDestination("steady", { by: "ada", reason: "a new version goes out" });
  const receipts = plain(await hub.emit(Array.from({ length: EVENTS }, (_, index) => ({ type: "bulk.made", data: { index } }))));
  const owed = receipts.flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
  await sleep(10_000);
  expect(await steady()).toMatchObject({ attempts: 0, backlog: owed.length });

  const resumedAt = Date.now();
  await hub.resumeDestination("steady", { by: "ada", rate: RATE });
  const dueSeconds = owed.length / RATE;
  await sleep(60_000 + dueSeconds * 1_000);
  while ((await steady())?.backlog !== 0) await sleep(1_000);

  const dispatches = await Promise.all(owed.map(dispatchOf));
  expect(new Set(dispatches.map(({ status, attempts }) => `${status} after ${attempts}`))).toEqual(new Set(["complete after 1"]));
  const starts = dispatches.map(({ executions }) => Date.parse(executions[0]?.startedAt ?? "") - resumedAt).toSorted((a, b) => a - b);
  expect(starts[0]).toBeGreaterThanOrEqual(59_000);
  const tookSeconds = ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1_000;
  expect(tookSeconds).toBeGreaterThan(dueSeconds / 2);
  expect(tookSeconds).toBeLessThan(dueSeconds * 2);
});
