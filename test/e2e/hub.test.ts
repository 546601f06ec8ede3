import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DispatchDetail, DispatchView, EmitReceipt, EventHubApi, WatchLine } from "flowhub";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Observer, plain } from "../../tools/local/observer.ts";
import { type Stack, startStack } from "../../tools/local/stack.ts";
import { FLAKY, HUB, OBSERVER, STEADY, UNRULY, WATCHER } from "./configs.ts";

interface Bindings {
  readonly HUB: EventHubApi;
  readonly WATCHER: { fetch(url: string): Promise<Response> };
}

let stateDir: string;
let stack: Stack;
let observer: Observer<Bindings>;
let hub: EventHubApi;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
  stack = await startStack({ configs: [HUB, STEADY, UNRULY, FLAKY, WATCHER], stateDir });
  observer = await stack.observe<Bindings>({ config: OBSERVER, ready: ({ HUB }) => HUB.health() });
  hub = observer.bindings.HUB;
});

afterEach(({ task }) => {
  if (task.result?.state === "fail") console.error(`The session said last:\n${stack.lastLines()}`);
});

afterAll(async () => {
  await observer?.[Symbol.asyncDispose]();
  await stack?.stop();
  await rm(stateDir, { recursive: true, force: true });
});

async function emitOne(type: string, data = {}): Promise<EmitReceipt> {
  const [receipt] = plain(await hub.emit({ type, data }));
  if (receipt === undefined) throw new Error("no receipt");
  return receipt;
}

function dispatchTo(destination: string, { dispatches }: EmitReceipt): string {
  const found = dispatches.find((dispatch) => dispatch.destination === destination);
  if (found === undefined) throw new Error(`nothing is owed to ${destination}`);
  return found.id;
}

async function settled(id: string): Promise<DispatchDetail> {
  return await until(async () => {
    const dispatch = plain(await hub.getDispatch(id));
    return dispatch !== null && dispatch.status !== "ongoing" ? dispatch : undefined;
  });
}

async function until<Result>(look: () => Promise<Result | undefined>): Promise<Result> {
  for (;;) {
    const result = await look();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test("1,000 events in one call get a receipt each, and each of their 3,000 dispatches settles after one attempt", {
  timeout: 400_000,
}, async () => {
  const receipts = plain(await hub.emit(Array.from({ length: 1_000 }, (_, index) => ({ type: "bulk.made", data: { index } }))));
  expect(receipts).toHaveLength(1_000);
  const owed = receipts.flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
  expect(new Set(owed).size).toBe(3_000);

  await until(async () => ((await hub.listDispatches({ status: "ongoing", limit: 1 })).items.length === 0 ? true : undefined));
  const stands = await everyDispatch();
  expect(new Set(stands.map(({ id }) => id))).toEqual(new Set(owed));
  expect(stands.filter(({ status, attempts }) => status !== "complete" || attempts !== 1)).toEqual([]);
  expect(plain(await hub.health()).counts).toMatchObject({ complete: 3_000, ongoing: 0, failed: 0, lost: 0 });
});

async function everyDispatch(): Promise<DispatchView[]> {
  const items: DispatchView[] = [];
  let cursor: string | undefined;
  do {
    const page = plain(await hub.listDispatches({ limit: 200, cursor }));
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

test("watchDispatch shows another Worker each stage of a delayed, flaky dispatch, as it comes", async () => {
  const id = dispatchTo("flaky", await emitOne("watched"));
  const response = await observer.bindings.WATCHER.fetch(`https://watcher.example/${id}`);
  const lines = (await response.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as WatchLine);
  const stages = lines.flatMap((line) => (line.kind === "dispatch" ? [line.dispatch.stage] : []));
  expect(stages.filter((stage, at) => stage !== stages[at - 1])).toEqual([
    "scheduled",
    "running",
    "waiting to retry",
    "running",
    "complete",
  ]);
  const reported = lines.flatMap((line) => (line.kind === "run" ? [line.event.type] : []));
  expect(reported).toEqual(expect.arrayContaining(["workflow_started", "attempt_started", "attempt_errored"]));
  expect(lines.at(-1)).toMatchObject({ kind: "dispatch", dispatch: { status: "complete", attempts: 2 } });
});

test("watchDispatch of an id that nobody has is null", async () => {
  const response = await observer.bindings.WATCHER.fetch("https://watcher.example/nothing-0");
  expect(response.status).toBe(404);
});

describe("a destination that misbehaves harms only its own dispatch", () => {
  test.concurrent.each([
    ["throws", { status: "failed", attempts: 2, reason: "thrown on purpose" }],
    ["hangs", { status: "failed", attempts: 2, reason: "handle() did not answer within 3000 ms" }],
    ["garbage", { status: "failed", attempts: 2, reason: expect.stringContaining("handle() must reply") }],
    ["huge", { status: "failed", attempts: 2, reason: expect.any(String) }],
    ["mute", { status: "misconfigured", attempts: 1, reason: expect.stringContaining("handle") }],
    ["absent", { status: "misconfigured", attempts: 1, reason: expect.any(String) }],
  ])("%s", async (destination, end) => {
    const receipt = await emitOne(`unruly.${destination}`);
    const [unruly, steady] = await Promise.all([settled(dispatchTo(destination, receipt)), settled(dispatchTo("steady", receipt))]);
    expect(unruly).toMatchObject(end);
    expect(unruly.executions.map(({ outcome }) => outcome)).toEqual(Array(end.attempts).fill(end.status));
    expect(steady).toMatchObject({ status: "complete", attempts: 1 });
  });
});

test("a hanging destination delays no other", async () => {
  const receipts = plain(await hub.emit(Array.from({ length: 50 }, () => ({ type: "unruly.holds", data: {} }))));
  const steady = await Promise.all(receipts.map((receipt) => settled(dispatchTo("steady", receipt))));
  const hanging = plain(await Promise.all(receipts.map((receipt) => hub.getDispatch(dispatchTo("hangs", receipt)))));
  expect(steady.filter(({ status, attempts }) => status !== "complete" || attempts !== 1)).toEqual([]);
  expect(hanging.map((dispatch) => [dispatch?.status, dispatch?.attempts])).toEqual(Array(50).fill(["ongoing", 0]));
});
