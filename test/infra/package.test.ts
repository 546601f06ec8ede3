import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Outside the tree, so that nothing is found in the repository by accident; all that npm and wrangler write goes here too. */
const folder = mkdtempSync(join(tmpdir(), "flowhub-package-"));
const project = join(folder, "project");
const installed = join(project, "node_modules/flowhub");
const env = {
  PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`,
  HOME: join(folder, "home"),
  XDG_CONFIG_HOME: join(folder, "home/config"),
  TMPDIR: join(folder, "tmp"),
  npm_config_cache: join(folder, "npm"),
  npm_config_offline: "true",
  CI: "true",
  NO_COLOR: "1",
  WRANGLER_SEND_METRICS: "false",
};

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}
let packed: Packed;

/** Runs a command of the repository's, or one on the path, and returns what it said on either stream. */
function run(command: string, args: readonly string[], { cwd = project, code = 0 } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  const said = `${stdout}${stderr}`;
  expect(status, `${command} ${args.join(" ")}\n${error ?? said}`).toBe(code);
  return said;
}

function pack(): Packed {
  const { stdout, stderr } = spawnSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  const [first] = JSON.parse(stdout) as Packed[];
  if (first === undefined) throw new Error(stderr);
  return first;
}

/**
 * What a user installs beside flowhub is linked, not installed: flowhub has no dependencies of its own and its peers are optional, so npm puts
 * down the same copy of it either way, and that copy finds the peers where it would find installed ones.
 */
const PEERS = ["@pulumi/pulumi", "@pulumi/cloudflare", "@cloudflare/workers-types", "@types/node", "typescript"];

beforeAll(() => {
  for (const name of [env.HOME, env.XDG_CONFIG_HOME, env.TMPDIR]) mkdirSync(name, { recursive: true });
  packed = pack();
  cpSync(join(import.meta.dirname, "package"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "shop", private: true }));
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", join(folder, packed.filename)]);
  for (const name of PEERS) {
    mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  }
  cpSync(join(installed, "infra/wrangler.example.toml"), join(project, "wrangler.toml"));
  // The same program as a module of either kind: a package.json without "type" is Pulumi's template.
  mkdirSync(join(project, "pulumi/esm"));
  cpSync(join(project, "pulumi/index.ts"), join(project, "pulumi/esm/index.ts"));
  writeFileSync(join(project, "pulumi/esm/package.json"), JSON.stringify({ type: "module" }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

test("the package holds what is built, the migrations, the example for wrangler and what a reader needs, and nothing else", () => {
  const migrations = readdirSync(join(root, "schema/storage/migrations")).filter((name) => name.endsWith(".sql"));
  expect(migrations.length).toBeGreaterThan(0);
  expect(packed.files.map(({ path }) => path).sort()).toEqual(
    [
      ...["CHANGELOG.md", "LICENSE", "README.md", "package.json", "infra/wrangler.example.toml"],
      ...["hub.js", "hub.js.map", "pulumi.d.ts", "pulumi.js", "THIRD-PARTY-LICENSES.txt", "worker.d.ts", "worker.js"].map(
        (name) => `dist/${name}`,
      ),
      ...migrations.map((name) => `schema/storage/migrations/${name}`),
    ].sort(),
  );
});

test("the package is below 1.2 megabytes, and the hub below 225 kB gzipped", () => {
  expect(packed.size).toBeLessThan(1_200_000);
  for (const { path, size } of packed.files) expect(size, path).toBeLessThan(path.endsWith(".map") ? 2_700_000 : 750_000);
  expect(gzipSync(readFileSync(join(installed, "dist/hub.js"))).length).toBeLessThan(225_000);
});

test("nothing in the package names a folder of the machine that built it", () => {
  for (const { path } of packed.files) {
    const text = readFileSync(join(installed, path), "utf8");
    for (const place of [root, `${homedir()}/`]) expect(text.includes(place), `${path} names ${place}`).toBe(false);
  }
});

/** A package under node_modules that a path leads into. */
const packageOf = (path: string) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

test("what is bundled of others is named with the text of its license", async () => {
  const { sources } = JSON.parse(readFileSync(join(installed, "dist/hub.js.map"), "utf8")) as { sources: string[] };
  const { metafile } = await build({
    entryPoints: [join(root, "src/console/browser/index.ts")],
    bundle: true,
    write: false,
    metafile: true,
  });
  const bundled = new Set([...sources, ...Object.keys(metafile.inputs)].flatMap((path) => packageOf(path) ?? []));
  expect([...bundled]).toEqual(expect.arrayContaining(["zod", "hono", "jose", "idiomorph"]));
  const text = readFileSync(join(installed, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
  for (const name of bundled) {
    const folder = join(root, "node_modules", name);
    const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry)) ?? "";
    expect(text, name).toMatch(new RegExp(`^${RegExp.escape(name)} \\d`, "m"));
    expect(text.includes(readFileSync(join(folder, file), "utf8").trim()), name).toBe(true);
  }
});

test("publint has nothing to say", async () => {
  const { buffer } = new Uint8Array(readFileSync(join(folder, packed.filename)));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages).toEqual([]);
});

test("attw finds the types of every entry in every resolution", () => {
  // That CommonJS gets an ES module is meant; a test below requires it.
  run("attw", [join(folder, packed.filename), "--ignore-rules", "cjs-resolves-to-esm", "--no-emoji", "--format", "ascii"]);
});

/** The lines in which tsc names a place. */
function typeErrors(args: readonly string[]): string[] {
  const { stdout } = spawnSync("tsc", args, { cwd: project, env, encoding: "utf8" });
  return stdout.split("\n").filter((line) => /^\S+\(\d+,\d+\): |^error /.test(line));
}

test("a Pulumi program compiles as CommonJS and as ES module, and a route to an undeclared destination does not", () => {
  // Libraries are checked as well: those of Pulumi and ours.
  const [inHub, inCheck, ...others] = typeErrors(["-p", "pulumi"]);
  expect(inHub).toMatch(/^pulumi\/wrong.ts\(6,.*Type '"emial"' is not assignable.*Did you mean '"email"'\?/);
  expect(inCheck).toMatch(/^pulumi\/wrong.ts\(9,.*"emial"/);
  expect(others).toEqual([]);
});

test("a Pulumi program compiles with the resolution of Pulumi's older templates", () => {
  const options = ["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0", "--skipLibCheck"];
  const errors = typeErrors(["-p", "pulumi", ...options]);
  expect(errors.filter((line) => !line.startsWith("pulumi/wrong.ts"))).toEqual([]);
  expect(errors).toHaveLength(2);
});

test("a producer, a destination and a reader compile; an unknown reply and a call that the binding does not allow do not", () => {
  const [reply, call, ...others] = typeErrors(["-p", "workers"]);
  expect(reply).toMatch(/^workers\/wrong.ts\(4,/);
  expect(call).toMatch(/^workers\/wrong.ts\(9,.*'listEvents' does not exist on type 'ProducerApi'/);
  expect(others).toEqual([]);
});

const CHECK = `JSON.stringify([typeof EventHub, checkRoutes(
  { destinations: { email: {} }, routes: [{ id: "all", on: "*", to: { destination: "email", delay: "1m" } }] },
  [{ type: "order.placed", data: {} }],
)[0].dispatches.map(({ destination, delayMs }) => [destination, delayMs])])`;

test.for([
  [
    "required from CommonJS",
    "commonjs",
    'const { EventHub, checkRoutes } = require("flowhub/pulumi"); const at = require.resolve("flowhub/pulumi");',
  ],
  [
    "imported from an ES module",
    "module",
    'import { EventHub, checkRoutes } from "flowhub/pulumi"; const at = import.meta.resolve("flowhub/pulumi");',
  ],
] as const)("flowhub/pulumi can be %s, and is the installed copy", ([, type, head]) => {
  const said = run("node", [`--input-type=${type}`, "--eval", `${head} console.log(at); console.log(${CHECK});`]);
  const [at, result] = said.split("\n");
  expect(at?.replace("file://", "")).toBe(join(installed, "dist/pulumi.js"));
  expect(result).toBe('["function",[["email",60000]]]');
});

test("the component uploads the hub of the installed copy, by a path that is the same on every machine", () => {
  const hub = readFileSync(join(installed, "dist/hub.js"));
  expect(JSON.parse(run("node", ["pulumi/record.mjs"]))).toEqual({
    "hub-script": { contentFile: "node_modules/flowhub/dist/hub.js", contentSha256: createHash("sha256").update(hub).digest("hex") },
  });
});

test.for(["producer", "destination"])(
  "a bundled %s carries a few kilobytes of flowhub and imports only cloudflare:workers",
  async (name) => {
    const { metafile, errors, warnings } = await build({
      absWorkingDir: project,
      entryPoints: [`workers/${name}.ts`],
      bundle: true,
      format: "esm",
      external: ["cloudflare:workers"],
      outfile: `out/${name}.js`,
      metafile: true,
      logLevel: "silent",
    });
    expect([...errors, ...warnings]).toEqual([]);
    const [output, ...others] = Object.values(metafile.outputs);
    expect(others).toEqual([]);
    expect(Object.keys(metafile.inputs).sort()).toEqual(["node_modules/flowhub/dist/worker.js", `workers/${name}.ts`]);
    expect(new Set(output?.imports.map(({ path }) => path))).toEqual(new Set(["cloudflare:workers"]));
    expect(output?.bytes).toBeLessThan(10_000);
  },
);

test("wrangler alone can deploy the hub with the configuration in the package", () => {
  const said = run("wrangler", ["deploy", "--dry-run", "--outdir", "out/hub"]);
  for (const binding of ["DISPATCH_WORKFLOW", "DISPATCH_QUEUE", "DB", "EMAIL", "HUB_CONFIG"]) expect(said).toContain(`env.${binding} (`);
  expect(readdirSync(join(project, "out/hub"))).toContain("hub.js");
});

/** `wrangler dev` in a process group of its own, until it is ready. */
const SECRET = "of-this-machine-and-this-test";

async function startHub(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const told = ["--var", `HUB_CONSOLE_SECRET:${SECRET}`];
  const child = spawn("wrangler", ["dev", "--port", "0", "--inspector-port", "0", ...told], { cwd: project, env, detached: true });
  const stop = async () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    process.kill(-child.pid, "SIGTERM");
    await once(child, "exit");
  };
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  for await (const chunk of child.stdout) {
    said += chunk;
    const ready = /Ready on (http:\S+)/.exec(said)?.[1];
    if (ready !== undefined) {
      child.stdout.resume();
      return { url: ready, stop };
    }
  }
  await stop();
  throw new Error(`wrangler dev ended:\n${said}`);
}

test("the hub started by wrangler answers, and brings the database up to where wrangler's migrations lead", async () => {
  const list = ["d1", "migrations", "list", "flowhub", "--local"];
  expect(run("wrangler", list)).toContain("0001_init.sql");
  const hub = await startHub();
  try {
    expect((await fetch(hub.url)).status).toBe(401);
    const page = await fetch(hub.url, { headers: { authorization: `Bearer ${SECRET}` } });
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/Configuration <code title="[0-9a-f]{64}">[0-9a-f]{12}/);
  } finally {
    await hub.stop();
  }
  expect(run("wrangler", list)).toContain("No migrations to apply");
});
