import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { checkRoutes, EventHub } from "flowhub/pulumi";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import * as example from "../../infra/example/routes.ts";
import { parseConfig } from "../../schema/config/config.ts";
import { parseConsole } from "../../schema/config/console.ts";
import type { Properties } from "./engine/wire.ts";
import { bindingsOf, configRead, type Recorded, record, requested } from "./mocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const inRoot = (path: string) => join(ROOT, path);
const destinations = Object.fromEntries(
  ["triage", "checks", "audit", "digest", "projects"].map((name) => [name, { worker: `github-${name}` }]),
);

/** What is read of a wrangler configuration; its typings leave it open. */
interface Manifest {
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly observability: { readonly enabled?: boolean };
  readonly d1_databases: readonly { readonly binding: string; readonly database_name: string }[];
  readonly queues: {
    readonly producers: readonly { readonly binding: string; readonly queue: string }[];
    readonly consumers: readonly {
      readonly queue: string;
      readonly max_batch_size: number;
      readonly max_batch_timeout: number;
      readonly max_retries: number;
      readonly retry_delay?: number;
      readonly dead_letter_queue?: string;
    }[];
  };
  readonly workflows: readonly { readonly binding: string; readonly name: string; readonly class_name: string }[];
  readonly triggers: { readonly crons: readonly string[] };
  readonly vars: Readonly<Record<string, unknown>>;
}
const manifestIn = (file: string): Manifest => unstable_readConfig({ config: inRoot(file) });

let hub: Recorded<EventHub>;
beforeAll(async () => {
  hub = await record(() => new EventHub("hub", { accountId: "account", prefix: "flowhub", destinations, ...example }));
});

const ofType = (type: string) => hub.resources.filter((resource) => resource.type.endsWith(`:${type}`)).map(({ inputs }) => inputs);
const script = () => requested(hub, "hub-script").inputs;
const own = () => bindingsOf(hub).filter(({ type, name }) => type !== "json" && !String(name).startsWith("DEST_"));

describe.each(["wrangler.toml", "infra/wrangler.example.toml"])("what Pulumi deploys is what %s says:", (file) => {
  const config = manifestIn(file);

  test("the dates and flags that decide how the runtime behaves", () => {
    expect(script()["compatibilityDate"]).toBe(config.compatibility_date);
    expect(script()["compatibilityFlags"] ?? []).toEqual(config.compatibility_flags);
  });

  test("the hub's own bindings, and what they are bound to", () => {
    const bound = [
      ...config.d1_databases.map(({ binding }) => ({ type: "d1", name: binding, databaseId: "uuid of hub-database" })),
      ...config.queues.producers.map(({ binding, queue }) => ({ type: "queue", name: binding, queueName: queue })),
      ...config.workflows.map(({ binding, name, class_name }) => ({
        type: "workflow",
        name: binding,
        workflowName: name,
        className: class_name,
      })),
    ];
    expect(own()).toHaveLength(bound.length);
    expect(own()).toEqual(expect.arrayContaining(bound));
    expect(ofType("D1Database").map(({ name }) => name)).toEqual(config.d1_databases.map(({ database_name }) => database_name));
  });

  test("the workflows", () => {
    const workflows = config.workflows.map(({ name, class_name }) => ({ workflowName: name, className: class_name }));
    expect(ofType("Workflow").map(({ workflowName, className }) => ({ workflowName, className }))).toEqual(workflows);
  });

  test("the queues and how they are consumed, in the units of each", () => {
    const nameOf = (id: unknown) => hub.resources.find(({ name }) => `id of ${name}` === id)?.inputs["queueName"];
    const seconds = (value: unknown) => Number(value) / 1_000;
    const consumed = ofType("QueueConsumer").map(({ queueId, deadLetterQueue, settings }) => {
      const { batchSize, maxWaitTimeMs, maxRetries, retryDelay } = settings as Properties;
      return [nameOf(queueId), { batchSize, maxWait: seconds(maxWaitTimeMs), maxRetries, retryDelay, deadLetterQueue }];
    });
    const expected = config.queues.consumers.map((consumer) => [
      consumer.queue,
      {
        batchSize: consumer.max_batch_size,
        maxWait: consumer.max_batch_timeout,
        maxRetries: consumer.max_retries,
        retryDelay: consumer.retry_delay ?? 0,
        deadLetterQueue: consumer.dead_letter_queue,
      },
    ]);
    expect(expected).toHaveLength(2);
    expect(Object.fromEntries(consumed)).toEqual(Object.fromEntries(expected));
  });

  test("when the sweep runs", () => {
    expect(ofType("WorkersCronTrigger").map(({ schedules }) => schedules)).toEqual([config.triggers.crons.map((cron) => ({ cron }))]);
  });

  test("that it can be observed", () => {
    expect(config.observability.enabled).toBe(true);
    expect(script()["observability"]).toMatchObject({ enabled: true });
  });

  test("what it binds of its own, no destination may be called", () => {
    for (const { name } of own()) {
      const parsed = parseConfig({ destinations: { email: { worker: name } }, routes: [] });
      expect(parsed, String(name)).toMatchObject({ ok: false, issues: [{ path: "destinations.email.worker" }] });
    }
  });
});

test("what infra/wrangler.example.toml says of the console in comments is what wrangler and the hub accept", () => {
  const directory = mkdtempSync(join(tmpdir(), "flowhub-manifest-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const written = readFileSync(inRoot("infra/wrangler.example.toml"), "utf8");
  const uncommented = written.replace(/^# (?=routes = |\[vars\.HUB_CONSOLE\]|access = |team = |audience = |operators = )/gm, "");
  const config = join(directory, "wrangler.toml");
  writeFileSync(config, uncommented);
  const { routes, vars } = unstable_readConfig({ config });
  expect(routes).toEqual([{ pattern: "hub.acme.dev", custom_domain: true }]);
  expect(parseConsole(vars["HUB_CONSOLE"])).toMatchObject({ ok: true, config: { access: "cloudflare", operators: ["ada@acme.dev"] } });
});

test("the example in Pulumi routes as wrangler.toml does", () => {
  const written = parseConfig(manifestIn("wrangler.toml").vars["HUB_CONFIG"]);
  if (!written.ok) throw new Error(JSON.stringify(written.issues));
  const { routes, defaults, destinations: named } = configRead(hub);
  expect({ routes, defaults }).toEqual({ routes: written.config.routes, defaults: written.config.defaults });
  expect(Object.keys(named).sort()).toEqual(Object.keys(written.config.destinations).sort());
  // What the component deploys is what the example's own tests ask.
  expect(checkRoutes({ destinations, ...example }, [{ type: "a", data: 0 }])[0]?.routes.map(({ id }) => id)).toEqual(
    routes.map(({ id }) => id),
  );
});

describe("the hub of the package", () => {
  test("exports every class that the component names", async () => {
    const { metafile } = await build({
      entryPoints: [inRoot("dist/hub.js")],
      format: "esm",
      write: false,
      metafile: true,
      outdir: "out",
      logLevel: "silent",
    });
    const exported = Object.values(metafile.outputs).flatMap((output) => output.exports);
    const classes = [...ofType("Workflow").map(({ className }) => className), ...own().map(({ className }) => className)];
    const named = [
      ...classes.filter((name) => name !== undefined).map(String),
      hub.result.producerBinding().entrypoint,
      hub.result.adminBinding().entrypoint,
    ];
    expect(named.length).toBeGreaterThan(4);
    expect(exported).toEqual(expect.arrayContaining([...named, "default"]));
  });

  test("imports nothing but what the runtime has", async () => {
    const { metafile } = await build({
      entryPoints: [inRoot("dist/hub.js")],
      bundle: true,
      format: "esm",
      external: ["cloudflare:*"],
      write: false,
      metafile: true,
      outdir: "out",
      logLevel: "silent",
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
    expect([...new Set(imports)]).toEqual(["cloudflare:workers"]);
    expect(script()["compatibilityFlags"]).toBeUndefined();
  });

  test("is below 225 kB gzipped", () => {
    expect(gzipSync(readFileSync(inRoot("dist/hub.js"))).length).toBeLessThan(225_000);
  });
});

test.each([
  ["dist/pulumi.d.ts", ["@pulumi/cloudflare", "@pulumi/pulumi"]],
  ["dist/worker.d.ts", ["cloudflare:workers"]],
])("the types in %s need nothing but %j", (file, expected) => {
  const text = readFileSync(inRoot(file), "utf8");
  const imported = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|<reference\s+\w+=)["']([^"']+)["']/g)].map(([, name]) => name);
  // Examples in comments import the package itself.
  const needed = new Set(imported.filter((name) => name !== "flowhub" && name !== "flowhub/pulumi"));
  expect([...needed].sort()).toEqual(expected);
});
