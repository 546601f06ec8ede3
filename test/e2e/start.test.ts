import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { nodeStart, npmStart, type Started } from "./start-command.ts";

/** The scenario is the same every time: 329 sample deliveries and 6 events that follow from them. */
const ALL_EXPLAINED = {
  events: 335,
  dispatches: 527,
  settled: 527,
  byStatus: { complete: 507, ignored: 16, failed: 4 },
  unexplained: 0,
};

/** As Ctrl-C in a terminal: the whole foreground group hears it. */
function interrupt({ process: { pid } }: Started, signal: NodeJS.Signals = "SIGINT"): void {
  if (pid !== undefined) process.kill(-pid, signal);
}

test("npm start -- --once --json ends 0 with the report as its last line; two runs at once do not know of each other", async () => {
  const [first, second] = await Promise.all([npmStart("--once", "--json").ended, nodeStart("--once", "--json").ended]);
  for (const run of [first, second]) {
    expect(run.stderr).toContain("console: http://127.0.0.1:");
    const report = JSON.parse(run.lastLine) as { seconds: number };
    expect(report).toMatchObject(ALL_EXPLAINED);
    expect(report.seconds).toBeLessThan(90);
    expect(run).toMatchObject({ code: 0, left: [], litter: [] });
  }
  expect(second.stdout.trimEnd().split("\n")).toHaveLength(1);
});

test("without --once it stays, alone on its directory, until Ctrl-C; the next run there counts only its own events", async () => {
  const directory = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const first = nodeStart("--persist", directory);
  const url = await first.said(/The hub goes on: (\S+)/);
  const page = await fetch(url, { headers: { "sec-fetch-site": "none" } });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("flowhub");

  const meanwhile = await nodeStart("--once", "--persist", directory).ended;
  expect(meanwhile.stderr).toContain(`The state in ${directory} is in use by process ${first.process.pid}`);
  expect(meanwhile).toMatchObject({ code: 1, left: [], litter: [] });

  interrupt(first);
  const ended = await first.ended;
  expect(ended.stdout).toContain("335 events, 527 of 527 dispatches settled");
  expect(ended).toMatchObject({ code: 0, left: [], litter: [] });

  const next = await nodeStart("--once", "--json", "--persist", directory).ended;
  expect(JSON.parse(next.lastLine)).toMatchObject(ALL_EXPLAINED);
  expect(next).toMatchObject({ code: 0, left: [], litter: [] });
  expect(await readdir(directory)).not.toContain("in-use-by");
});

describe.concurrent("an interrupted run leaves no process behind", () => {
  test.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s while it emits", async ([signal, code], { expect: expects }) => {
    const run = nodeStart("--once", "--json");
    await run.said(/emitting/);
    interrupt(run, signal);
    const ended = await run.ended;
    expects(run.members().some((command) => command.includes("workerd"))).toBe(true);
    expects(JSON.parse(ended.lastLine)).toEqual({ error: `interrupted by ${signal}` });
    expects(ended).toMatchObject({ code, left: [], litter: [] });
  });

  test("SIGINT while the hub still starts", async ({ expect: expects }) => {
    const run = nodeStart("--once");
    await run.said(/starting/);
    await expects.poll(() => run.members().some((command) => command.includes("wrangler")), { timeout: 10_000 }).toBe(true);
    interrupt(run);
    expects(await run.ended).toMatchObject({ code: 130, left: [], litter: [] });
  });

  test("SIGKILL, which it never hears of", async ({ expect: expects }) => {
    const run = nodeStart("--once");
    await run.said(/emitting/);
    run.process.kill("SIGKILL");
    await run.ended;
    // The guard notices, and gives the session its time to tidy up.
    await expects.poll(run.left, { timeout: 10_000 }).toEqual([]);
  });
});

describe("what stands in the way is said in words", () => {
  test("a port in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await expect.poll(() => server.address()).not.toBeNull();
    const { port } = server.address() as { port: number };
    const run = await nodeStart("--once", "--json", "--port", String(port)).ended;
    expect(run.stderr).toContain(`Port ${port} is in use; choose another.`);
    expect(JSON.parse(run.lastLine)).toEqual({ error: `Port ${port} is in use; choose another.` });
    expect(run).toMatchObject({ code: 1, left: [], litter: [] });
  });

  test.each([
    ["--onse", "Unknown option '--onse'"],
    ["--port=0", '--port must be a whole number from 1 to 65535, not "0".'],
    ["--persist=", "--persist needs a directory."],
  ])("the flag %s", async (flag, message) => {
    const run = await nodeStart(flag).ended;
    expect(run.stderr).toContain(message);
    expect(run).toMatchObject({ code: 2, stdout: "" });
  });
});
