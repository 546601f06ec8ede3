import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { beforeAll, expect, test } from "vitest";
import { type Run, resourceNamed } from "./run.ts";
import { runProgram } from "./run-program.ts";
import { toMiniflare } from "./to-miniflare.ts";
import type { Properties } from "./wire.ts";

const directory = join(import.meta.dirname, "fixture");

/** Destination of the fixture's Worker. */
const archive = {
  name: "archive",
  modules: true,
  compatibilityDate: "2026-06-01",
  script: `
    import { WorkerEntrypoint } from "cloudflare:workers";
    const kept = [];
    export class Archive extends WorkerEntrypoint { put(letters) { kept.push(letters); } }
    export default { fetch: () => Response.json(kept) };`,
};

let run: Run;

beforeAll(async () => {
  run = await runProgram({
    directory,
    mode: "update",
    config: { accountId: "account", addressee: "ada", stamp: "s3cret" },
    secretKeys: ["stamp"],
    computed: ({ name }) => ({ uuid: `uuid-of-${name}`, queueId: `id-of-${name}` }),
    transpileOnly: true,
  });
}, 60_000);

const recorded = () => toMiniflare({ run, script: resourceNamed(run, "post-script"), directory });

const withBindings = (...bindings: Properties[]) => {
  const script = resourceNamed(run, "post-script");
  return toMiniflare({ run, script: { ...script, inputs: { ...script.inputs, bindings } }, directory });
};

test("the settings of a consumer arrive in Miniflare's units", () => {
  expect(recorded().queueConsumers).toEqual({
    mail: { maxBatchSize: 2, maxBatchTimeout: 1.5, maxRetries: 3, retryDelay: 4, deadLetterQueue: "dead-mail" },
  });
});

test("a workflow's binding is of the class that is named, else of the workflow's", () => {
  const workflow = {
    ...resourceNamed(run, "post-consumer"),
    type: "cloudflare:index/workflow:Workflow",
    inputs: { workflowName: "runs", className: "Run", scriptName: "hub" },
  };
  const withWorkflow = { ...run, resources: [...run.resources, workflow] };
  const script = resourceNamed(run, "post-script");
  const optionsOf = (binding: Properties) =>
    toMiniflare({
      run: withWorkflow,
      script: { ...script, inputs: { ...script.inputs, bindings: [{ type: "workflow", name: "W", ...binding }] } },
      directory,
    }).workflows;
  expect(optionsOf({ workflowName: "other", className: "Other" })).toEqual({ W: { name: "other", className: "Other" } });
  expect(optionsOf({ workflowName: "runs" })).toEqual({ W: { name: "runs", className: "Run", scriptName: "hub" } });
  expect(() => optionsOf({ workflowName: "other" })).toThrow('nobody says which class the workflow "other" is');
});

test.each([
  ["a kind of binding", { type: "r2_bucket", name: "B", bucketName: "b" }],
  ["a property of one", { type: "service", name: "S", service: "s", environment: "staging" }],
  ["a value that is not there yet", { type: "queue", name: "Q" }],
])("%s that cannot be run throws", (_, binding) => {
  expect(() => withBindings(binding)).toThrow();
});

test("what a program uploads runs in workerd, with its bindings and its consumer", async () => {
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [recorded(), archive] }));
  try {
    expect(await miniflare.getBindings("mailroom")).toMatchObject({ ADDRESSEE: { name: "ada" }, STAMP: "s3cret" });
    const mailroom = await miniflare.getWorker("mailroom");
    expect(await (await mailroom.fetch("http://mailroom/")).json()).toEqual({ sent: "s3cret", rows: [{ one: 1 }] });
    await mailroom.fetch("http://mailroom/");
    const kept = await miniflare.getWorker("archive");
    await expect
      .poll(async () => await (await kept.fetch("http://archive/")).json(), { timeout: 10_000 })
      .toEqual([[{ to: { name: "ada" } }, { to: { name: "ada" } }]]);
  } finally {
    await miniflare.dispose();
  }
}, 30_000);
