/** Hubs that lack something each, as wrangler starts them: what they say of it, and what they do all the same. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DispatchDetail, EventHubApi, Health, Problem } from "flowhub";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ENTRYPOINTS, VARIABLES } from "../../schema/deployment.ts";
import { hubConfig } from "../../tools/hub-config.ts";
import { type Observer, plain } from "../../tools/local/observer.ts";
import { type Stack, startStack } from "../../tools/local/stack.ts";
import { type WorkerConfig, workerConfig } from "../../tools/worker-config.ts";
import { STEADY } from "./configs.ts";

const NAMED_ONLY = workerConfig({ name: "e2e-named-only", main: join(import.meta.dirname, "fixtures/named-only/index.ts") });

const SECRET = "a-secret-for-tests-only";

/** A hub of this name, with one destination, and with changes to what wrangler is told. */
const lacking = (name: string, changes: Partial<WorkerConfig> = {}, worker: string = STEADY.name) => ({
  ...hubConfig({
    name: `e2e-${name}`,
    destinations: { steady: { worker } },
    vars: { [VARIABLES.consoleSecret]: SECRET },
    routes: [{ id: "all", on: "*", to: { destination: "steady", misconfigured: { for: "0s" }, retry: { limit: 0 } } }],
  }),
  ...changes,
});

const { queues, workflows } = lacking("no-consumer");

const HUBS = {
  // The first of a session is the one whose cron can be called.
  noConsumer: lacking("no-consumer", { queues: { producers: queues.producers ?? [] } }),
  noDatabase: lacking("no-database", { d1_databases: [] }),
  noQueue: lacking("no-queue", { queues: {} }),
  noWorkflow: lacking("no-workflow", {
    workflows: workflows.filter(({ class_name }) => class_name !== "DispatchWorkflow").map((one) => ({ ...one, name: "e2e-alone-bulk" })),
  }),
  noCron: lacking("no-cron", { triggers: { crons: [] } }),
  noEntrypoint: lacking("no-entrypoint", {}, NAMED_ONLY.name),
  noRpc: lacking("no-rpc", { compatibility_date: "2024-01-01" }),
  noExports: lacking("no-exports", { compatibility_date: "2025-07-18" }),
} as const;
type Hub = keyof typeof HUBS;
const NAMES = Object.keys(HUBS) as Hub[];

/** Binds the databases of the hubs, by the names of these. */
const CLERK = workerConfig({
  name: "e2e-clerk",
  main: join(import.meta.dirname, "fixtures/clerk/index.ts"),
  d1_databases: NAMES.flatMap((name) => HUBS[name].d1_databases.map((database) => ({ ...database, binding: name }))),
});

/** Each hub by RPC, and its console. */
const OBSERVER = workerConfig({
  name: "e2e-self-check-observer",
  services: {
    ...Object.fromEntries(NAMES.map((name) => [name, { service: HUBS[name].name, entrypoint: ENTRYPOINTS.hub }])),
    ...Object.fromEntries(NAMES.map((name) => [`${name}Console`, { service: HUBS[name].name }])),
    clerk: { service: CLERK.name },
  },
});

type Bindings = Readonly<Record<Hub, EventHubApi>> &
  Readonly<Record<`${Hub}Console`, { fetch(url: string, init: RequestInit): Promise<Response> }>> & {
    readonly clerk: { run(database: Hub, statement: string): Promise<void> };
  };

let stateDir: string;
let stack: Stack;
let observer: Observer<Bindings>;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
  stack = await startStack({ configs: [...Object.values(HUBS), STEADY, NAMED_ONLY, CLERK], stateDir, cronEveryMs: 0 });
  observer = await stack.observe<Bindings>({ config: OBSERVER, ready: ({ noCron }) => noCron.health() });
});

afterEach(({ task }) => {
  if (task.result?.state === "fail") console.error(`The session said last:\n${stack.lastLines()}`);
});

afterAll(async () => {
  await observer?.[Symbol.asyncDispose]();
  await stack?.stop();
  await rm(stateDir, { recursive: true, force: true });
});

interface Said {
  readonly status: number;
  readonly problems: readonly Pick<Problem, "cause" | "cure">[];
}

/** What machines are told, and that the page says the same and nowhere that all is well. */
async function saidBy(name: Hub): Promise<Said> {
  const ask = async (path: string) =>
    await observer.bindings[`${name}Console`].fetch(`http://localhost${path}`, { headers: { authorization: `Bearer ${SECRET}` } });
  const answer = await ask("/health");
  const { problems } = (await answer.json()) as Pick<Health, "problems">;
  const page = await ask("/");
  const html = (await page.text()).replaceAll("&quot;", '"').replaceAll("&#39;", "'");
  expect([name, page.status, html.includes("All is well")]).toEqual([name, answer.status, problems.length === 0]);
  for (const { cause } of problems) expect(html).toContain(cause.slice(1));
  return { status: answer.status, problems };
}

async function until<Result>(look: () => Promise<Result | undefined>): Promise<Result> {
  for (;;) {
    const result = await look();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function emitTo(name: Hub): Promise<string> {
  const [receipt] = plain(await observer.bindings[name].emit({ type: "order.placed", data: 1 }));
  expect(receipt?.durability).toBe("stored");
  return receipt?.dispatches[0]?.id ?? "";
}

async function settledAt(name: Hub, id: string): Promise<DispatchDetail> {
  return await until(async () => {
    const dispatch = plain(await observer.bindings[name].getDispatch(id));
    return dispatch === null || dispatch.status === "ongoing" ? undefined : dispatch;
  });
}

test("without its database a hub accepts nothing and says what to bind", async () => {
  let refusal = "accepted";
  try {
    await observer.bindings.noDatabase.emit({ type: "order.placed", data: 1 });
  } catch (error) {
    refusal = String(error);
  }
  expect(refusal).toContain(
    '(hub.misconfigured) Nothing was stored: the hub has no D1 database bound as "DB": bind it in the hub\'s wrangler.toml',
  );
  const { status, problems } = await saidBy("noDatabase");
  expect([status, problems]).toEqual([503, [expect.objectContaining({ cause: expect.stringContaining('no D1 database bound as "DB"') })]]);
});

describe("a hub that cannot start what it accepts keeps it, and says", () => {
  test.each<[hub: Hub, cause: string, cure: string]>([
    ["noQueue", 'the hub has no queue bound as "DISPATCH_QUEUE"', "[[queues.producers]]"],
    ["noWorkflow", 'the hub has no workflow bound as "DISPATCH_WORKFLOW"', 'class_name = "DispatchWorkflow"'],
  ])("%s", async (name, cause, cure) => {
    const id = await emitTo(name);
    expect(plain(await observer.bindings[name].getDispatch(id))?.status).toBe("ongoing");
    const { status, problems } = await saidBy(name);
    expect([status, problems]).toEqual([
      503,
      [expect.objectContaining({ cause: expect.stringContaining(cause), cure: expect.stringContaining(cure) })],
    ]);
  });

  test("noCron, once five minutes have gone by", async () => {
    expect(await saidBy("noCron")).toEqual({ status: 200, problems: [] });
    await observer.bindings.clerk.run("noCron", "UPDATE d1_migrations SET applied_at = datetime('now', '-6 minutes')");
    const { status, problems } = await saidBy("noCron");
    expect([status, problems]).toEqual([
      503,
      [
        expect.objectContaining({
          cause: expect.stringContaining("no sweep has ended for 6 minutes"),
          cure: expect.stringContaining("/cdn-cgi/local/scheduled"),
        }),
      ],
    ]);
  });

  test("noConsumer, once what sweeps have taken is due for five minutes", async () => {
    await emitTo("noConsumer");
    await observer.bindings.clerk.run("noConsumer", "UPDATE dispatches SET due_at = due_at - 360000, check_at = check_at - 360000");
    await stack.cron();
    const { status, problems } = await saidBy("noConsumer");
    expect([status, problems]).toEqual([
      503,
      [
        expect.objectContaining({
          cause: expect.stringContaining("nobody seems to take it off the queue"),
          cure: expect.stringContaining("[[queues.consumers]]"),
        }),
      ],
    ]);
  });
});

test("a destination without a default export is misconfigured, not failed, and the reason says what to bind", async () => {
  const { status, reason } = await settledAt("noEntrypoint", await emitTo("noEntrypoint"));
  expect([status, reason]).toEqual([
    "misconfigured",
    expect.stringContaining('The Worker bound as "DEST_STEADY" has to export a class with handle()'),
  ]);
});

describe("a compatibility date that is too old is named, with the one to set", () => {
  test("where RPC is off", async () => {
    const { status, reason } = await settledAt("noRpc", await emitTo("noRpc"));
    expect([status, reason]).toEqual([
      "misconfigured",
      expect.stringContaining("its compatibility date leaves RPC off: set compatibility_date"),
    ]);
    const said = await saidBy("noRpc");
    expect([said.status, said.problems]).toEqual([503, [expect.objectContaining({ cause: expect.stringContaining("before 2024-04-03") })]]);
  });

  test("where only the console's call to the hub is, which works all the same", async () => {
    expect(await settledAt("noExports", await emitTo("noExports"))).toMatchObject({ status: "complete" });
    const said = await saidBy("noExports");
    expect([said.status, said.problems]).toEqual([503, [expect.objectContaining({ cause: expect.stringContaining("before 2025-11-17") })]]);
  });
});
