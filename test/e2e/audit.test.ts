import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventHubApi } from "flowhub";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plain } from "../../tools/local/observer.ts";
import { type Stack, startStack } from "../../tools/local/stack.ts";
import { openHubDatabase } from "../hub-database.ts";
import { FLAKY, HUB, OBSERVER, STEADY } from "./configs.ts";
import { npmRun } from "./start-command.ts";

const EVENTS = 150;

let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
});

afterAll(() => rm(stateDir, { recursive: true, force: true }));

async function withStack<Result>(work: (stack: Stack) => Promise<Result>): Promise<Result> {
  await using stack = await startStack({ configs: [HUB, STEADY, FLAKY], stateDir });
  return await work(stack);
}

async function emitAndSettle(stack: Stack): Promise<void> {
  await using observer = await stack.observe<{ HUB: EventHubApi }>({ config: OBSERVER, ready: ({ HUB }) => HUB.health() });
  const { HUB } = observer.bindings;
  await HUB.emit(Array.from({ length: EVENTS }, (_, index) => ({ type: "bulk.made", data: { index } })));
  while (plain(await HUB.listDispatches({ status: "ongoing", limit: 1 })).items.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const audit = (stack: Stack) => npmRun("audit", "--hub", HUB.name, "--registry", stack.registryDir, "--json").ended;

test("npm run audit finds nothing wrong with a hub, and names what somebody took out of its database", async () => {
  await withStack(async (stack) => {
    await emitAndSettle(stack);
    const { code, lastLine } = await audit(stack);
    expect(JSON.parse(lastLine)).toMatchObject({
      events: EVENTS,
      dispatches: { complete: 3 * EVENTS, ongoing: 0 },
      executions: 3 * EVENTS,
      unexplained: 0,
      mismatches: {},
    });
    expect(code).toBe(0);
  });

  const database = await openHubDatabase(stateDir);
  const ids = database.prepare("SELECT id FROM dispatches ORDER BY id").all() as { id: string }[];
  const [first, last] = [String(ids[0]?.id), String(ids.at(-1)?.id)];
  database.prepare("DELETE FROM dispatches WHERE id = ?").run(first);
  database.prepare("DELETE FROM executions WHERE dispatch_id = ?").run(last);
  database.close();

  await withStack(async (stack) => {
    const { code, lastLine, stderr } = await audit(stack);
    expect(JSON.parse(lastLine)).toMatchObject({
      unexplained: 4,
      mismatches: {
        missing_dispatches: { count: 1, examples: [first.slice(0, first.lastIndexOf("-"))] },
        orphan_execution: { count: 1, examples: [first] },
        attempt_gap: { count: 1, examples: [last] },
        settled_without_record: { count: 1, examples: [last] },
      },
    });
    expect(stderr).toContain("attempt_gap: 1: the recorded attempts");
    expect(code).toBe(1);
  });
});

test("npm run audit says so when there is no hub to ask", async () => {
  const { code, stderr } = await npmRun("audit", "--hub", "nobody", "--registry", stateDir).ended;
  expect(stderr).toContain('No hub "nobody" running on this machine answers');
  expect(code).toBe(2);
});

test.for([
  [["--remote", "--registry", "x"], "either --remote or --registry"],
  [["--fromm", "x"], "--fromm"],
] as const)("npm run audit refuses %j", async ([args, text]) => {
  const { code, stderr } = await npmRun("audit", ...args).ended;
  expect(stderr).toContain(text);
  expect(code).toBe(2);
});
