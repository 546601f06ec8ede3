import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { checkRoutes } from "flowhub/pulumi";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { defaults, routes } from "../../infra/example/routes.ts";
import { routeChanges } from "../../infra/route-changes.ts";
import { parseConfig } from "../../schema/config/config.ts";
import { DELIVERY } from "../../tools/live/delivery.ts";
import { untilSettled } from "../../tools/live/settled.ts";
import { ROUTING_CHANGE } from "../../tools/live/workspace.ts";
import { startAccount, TOKEN } from "./live/fake-account.ts";

const root = join(import.meta.dirname, "../..");
const node = join(root, "node_modules/.bin/node");
const all = mkdtempSync(join(tmpdir(), "flowhub-live-test-"));
const bin = join(all, "bin");

beforeAll(() => {
  mkdirSync(bin);
  for (const name of ["pulumi", "npm"]) {
    const script = `#!/bin/sh\nexec ${node} ${join(import.meta.dirname, "live/fake-command.mjs")} ${name} "$@"\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
});
afterAll(() => rmSync(all, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  /** On either stream. */
  readonly said: string;
  /** Commands that ran and requests that were made, in order. */
  readonly log: readonly string[];
  /** Folders it left. */
  readonly left: readonly string[];
}

interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

function live(args: readonly string[], env: NodeJS.ProcessEnv, folder = mkdtempSync(join(all, "run-"))): Started {
  const TMPDIR = join(folder, "tmp");
  mkdirSync(TMPDIR);
  const child = spawn(node, ["--import", join(import.meta.dirname, "live/redirect.mjs"), "tools/live.ts", ...args], {
    cwd: root,
    env: { PATH: `${bin}:/usr/bin:/bin`, HOME: folder, FAKE_FOLDER: folder, TMPDIR, ...env },
    detached: true,
  });
  onTestFinished(() => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  });
  const ended = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]).then(([[code], stdout, stderr]): Ended => {
    const log = readdirSync(folder).includes("log") ? readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n") : [];
    return { code: code as number | null, said: stdout + stderr, log, left: readdirSync(TMPDIR) };
  });
  return { process: child, ended };
}

const ACCOUNT = { PULUMI_LIVE: "1", CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_ACCOUNT_ID: "account" };

async function liveWithAccount(
  { args = [], env = {}, settledAs = "complete" } = {} as {
    readonly args?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    readonly settledAs?: string;
  },
): Promise<Ended> {
  const folder = mkdtempSync(join(all, "run-"));
  await using account = await startAccount({ folder, settledAs });
  const started = live(args, { ...ACCOUNT, CLOUDFLARE_BASE_URL: account.origin, FAKE_SERVER: account.origin, ...env }, folder);
  return await started.ended;
}

/** Without what is different in each run, and the flags that each command has. */
function plain(log: readonly string[]): string[] {
  return log.map((line) =>
    line
      .replaceAll(/live-[0-9a-f]{8}/g, "STACK")
      .replace(" --non-interactive --color never", "")
      .replace(" --stack STACK", "")
      .replace(/--pack-destination \S+/, "--pack-destination FOLDER"),
  );
}

const PREPARED = [
  "npm pack --loglevel error --pack-destination FOLDER",
  "npm run build",
  "npm install --no-audit --no-fund --loglevel error",
  "pulumi stack init STACK --no-select --secrets-provider passphrase",
  "pulumi config set accountId",
  "pulumi config set webhookSecret --secret",
];
const REMOVED = ["pulumi destroy --yes", "pulumi stack rm STACK --yes"];

test("without PULUMI_LIVE=1 nothing is run, and it is said what would be and what that needs", async () => {
  const { code, said, log } = await live([], { ...ACCOUNT, PULUMI_LIVE: "yes" }).ended;
  expect(code).toBe(2);
  expect(said).toContain("PULUMI_LIVE is not 1");
  for (const word of ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "pulumi stack init, config, preview, up", "pulumi destroy"]) {
    expect(said).toContain(word);
  }
  expect(log).toEqual([]);
});

test("everything that is missing is named at once", async () => {
  const { code, said } = await live([], { PULUMI_LIVE: "1", CLOUDFLARE_API_TOKEN: "", PATH: "/nowhere" }).ended;
  expect(code).toBe(2);
  for (const problem of ["CLOUDFLARE_API_TOKEN is not set", "CLOUDFLARE_ACCOUNT_ID is not set", "pulumi is not on the PATH"]) {
    expect(said).toContain(problem);
  }
});

test("a live run deploys, checks, removes, and leaves nothing behind", async () => {
  const { code, said, log, left } = await liveWithAccount({ env: { PULUMI_CONFIG_PASSPHRASE: "of the person" } });
  expect(said).toContain("All of it passed.");
  expect(code).toBe(0);
  const hook = "POST /workers.dev/github-producer-live.somebody.workers.dev";
  expect(plain(log)).toEqual([
    ...PREPARED,
    "pulumi preview",
    "pulumi up --yes",
    "pulumi preview --diff --expect-no-changes",
    "pulumi stack output --json",
    "GET /accounts/account/workers/subdomain",
    // Not there yet, then the wrong signature, then the right one.
    ...[hook, hook, hook],
    "GET /accounts/account/d1/database?name=github-live",
    ...Array(2).fill("POST /accounts/account/d1/database/id-of-github-live/query"),
    "pulumi preview",
    ...REMOVED,
  ]);
  expect(left).toEqual([]);
});

test("what commands print is passed on without the token and the webhook's secret", async () => {
  const { said } = await liveWithAccount({ env: { FAKE_FAIL: "pulumi up" } });
  expect(said).toContain("careless: [secret] [secret]");
  expect(said).not.toContain(TOKEN);
});

test.for([
  ["the update fails", { env: { FAKE_FAIL: "pulumi up" } }],
  ["the second preview finds a difference", { env: { FAKE_FAIL: "--expect-no-changes" } }],
  ["a dispatch fails", { settledAs: "failed" }],
] as const)("when %s, everything is removed and the exit code is 1", async ([, fault]) => {
  const { code, said, log, left } = await liveWithAccount(fault);
  expect(code).toBe(1);
  expect(said).toMatch(/^✗ /m);
  expect(said).toContain("Not passed.");
  expect(plain(log).slice(-2)).toEqual(REMOVED);
  expect(left).toEqual([]);
});

test("when the stack cannot be created, there is nothing to remove from the account", async () => {
  const { code, log, left } = await liveWithAccount({ env: { FAKE_FAIL: "stack init" } });
  expect(code).toBe(1);
  expect(plain(log)).toEqual(PREPARED.slice(0, 4));
  expect(left).toEqual([]);
});

test("Ctrl-C during the update interrupts Pulumi once, waits for it, and removes everything", async () => {
  const { process: child, ended } = live([], { ...ACCOUNT, FAKE_HANG: "pulumi up" });
  child.stdout?.on("data", (chunk) => {
    // To its whole process group, as a terminal does it.
    if (String(chunk).includes("hanging") && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
  });
  const { code, said, log, left } = await ended;
  expect(code).toBe(1);
  expect(said).toContain("interrupted by SIGINT");
  expect(plain(log).slice(-4)).toEqual(["pulumi up --yes", "interrupted: pulumi up", ...REMOVED]);
  expect(left).toEqual([]);
});

test("when the removal fails, it says what is left and how to remove it, and keeps the state", async () => {
  const { code, said, log, left } = await liveWithAccount({ env: { FAKE_FAIL: "pulumi destroy" } });
  expect(code).toBe(1);
  expect(plain(log).at(-1)).toBe("pulumi stack");
  expect(said).toMatch(/To remove it:\n {2}cd \S+\n {2}export PULUMI_BACKEND_URL=file:\S+\n.*\n {2}pulumi destroy --stack live-/);
  expect(left).toHaveLength(1);
});

test("--keep leaves the stack standing and says how to remove it", async () => {
  const { code, said, log, left } = await liveWithAccount({ args: ["--keep"] });
  expect(code).toBe(0);
  expect(said).toContain("was kept. To remove it:");
  expect(plain(log)).not.toContain(REMOVED[0]);
  expect(left).toHaveLength(1);
});

test("a dispatch that completed before it was due is an error", async () => {
  const dispatch = { id: "1", destination: "digest" };
  const waiting = untilSettled({
    receipt: {
      id: "event",
      duplicate: false,
      durability: "stored",
      dispatches: [{ ...dispatch, dueAt: "2026-11-21T10:00:05.000Z", status: "ongoing" }],
    },
    read: async () => [{ ...dispatch, status: "complete", settledAt: Date.parse("2026-11-21T10:00:04.999Z") }],
    say: () => undefined,
    signal: new AbortController().signal,
  });
  await expect(waiting).rejects.toThrow("before it was due: digest");
});

const destinations = { triage: {}, checks: {}, audit: {}, digest: {}, projects: {} };

test("the delivery that is sent is owed to two destinations of the example, one of them later", () => {
  const event = { type: `github.${DELIVERY.event}.${DELIVERY.payload.action}`, source: "github", data: DELIVERY.payload };
  const [checked] = checkRoutes({ destinations, routes, defaults }, [event]);
  expect(checked?.dispatches.map(({ destination, delayMs }) => [destination, delayMs])).toEqual([
    ["audit", 0],
    ["digest", 5_000],
  ]);
});

test("the change that is looked for is what a preview prints of the change that is made", () => {
  const state = (delay: string) => {
    const text = JSON.stringify(routes).replace('"destination":"digest","delay":"5s"', `"destination":"digest","delay":"${delay}"`);
    const workers = Object.fromEntries(Object.keys(destinations).map((name) => [name, { worker: name }]));
    const parsed = parseConfig({ destinations: workers, routes: JSON.parse(text), defaults });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    return { config: parsed.config, workers: {} };
  };
  expect(routeChanges(state("5s"), state("7s"))).toEqual([ROUTING_CHANGE]);
});
