import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configFromBindings } from "../../schema/config/config-bindings.ts";
import { typeErrorsOfBindings } from "./engine/binding-union.ts";
import { checkInputs } from "./engine/check-inputs.ts";
import { cloudflareApi } from "./engine/cloudflare-api.ts";
import { kindOf, type Run, resourceNamed } from "./engine/run.ts";
import { runProgram } from "./engine/run-program.ts";
import { scratchProgram } from "./engine/scratch-program.ts";
import { isList, type Properties, UNKNOWN } from "./engine/wire.ts";
import { type InstalledExample, installExample, ofTheCloud, runExample, SECRET } from "./example.ts";

const OF_THE_HUB = [
  "github-consumer",
  "github-cron",
  "github-database",
  "github-dead-letter-consumer",
  "github-dead-letters",
  "github-queue",
  "github-script",
  "github-bulk-workflow",
  "github-dispatch-workflow",
];
const WORKERS = ["github-audit", "github-checks", "github-digest", "github-producer", "github-projects", "github-triage"];

let example: InstalledExample;
let preview: Run;
let update: Run;

beforeAll(async () => {
  example = await installExample();
  [preview, update] = await Promise.all([
    runExample(example, { mode: "preview", transpileOnly: false }),
    runExample(example, { mode: "update", refuse: cloudflareApi({ directory: example.directory }) }),
  ]);
});
afterAll(() => example[Symbol.asyncDispose]());

const problems = ({ logs, stderr }: Run) =>
  [...logs.filter(({ severity }) => severity !== "info").map(({ message }) => message), stderr].join("\n");
const routingChanges = ({ logs }: Run) =>
  logs.filter(({ message }) => message.startsWith("Routing changes:")).map(({ message }) => message);
const namesOf = ({ resources }: Run) => resources.map(({ name }) => name).toSorted();
const bindingsOf = (run: Run, name: string) => {
  const { bindings } = resourceNamed(run, name).inputs;
  if (!isList(bindings)) throw new Error(`${name} has no bindings`);
  return bindings as readonly Properties[];
};
const kindsAfter = (run: Run, name: string) =>
  resourceNamed(run, name)
    .dependencies.map((urn) => urn.slice(urn.lastIndexOf("::") + 2))
    .toSorted();

describe("the example in Pulumi's own runtime", () => {
  test("preview and update end well and register the same resources", () => {
    expect([problems(preview), problems(update)]).toEqual(["", ""]);
    expect([preview.exitCode, update.exitCode]).toEqual([0, 0]);
    expect(namesOf(update)).toEqual(namesOf(preview));
    expect(namesOf(update)).toEqual(expect.arrayContaining([...OF_THE_HUB, ...WORKERS, "github", "producer"]));
  });

  test("every input is one the provider's typings know, none of them deprecated", () => {
    expect(update.resources.filter(({ custom }) => custom)).not.toHaveLength(0);
    expect(checkInputs(update.resources)).toEqual([]);
  });

  test("every binding is one the API's typings know", () => {
    const bindings = update.resources
      .filter((resource) => kindOf(resource) === "WorkersScript")
      .flatMap(({ name }) => {
        const { bindings } = resourceNamed(update, name).inputs;
        return isList(bindings) ? bindings : [];
      });
    expect(bindings.length).toBeGreaterThan(10);
    expect(typeErrorsOfBindings(bindings)).toEqual([]);
  });

  test("a preview knows everything about the hub Worker but the id of its database", () => {
    const unknown = bindingsOf(preview, "github-script").filter((binding) => Object.values(binding).includes(UNKNOWN));
    expect(unknown.map(({ name }) => name)).toEqual(["DB"]);
    expect(configFromBindings(variablesOf(preview))).toEqual(configFromBindings(variablesOf(update)));
  });

  test("the webhook's secret stays a secret, and goes to the producer alone", () => {
    const place = bindingsOf(update, "github-producer").findIndex(({ name }) => name === "WEBHOOK_SECRET");
    expect(resourceNamed(update, "github-producer").secrets).toEqual([`bindings[${place}].text`]);
    const others = update.resources.filter(({ name }) => name !== "github-producer");
    expect(JSON.stringify(others)).not.toContain(SECRET);
    expect(JSON.stringify(update.logs)).not.toContain(SECRET);
  });

  test("the hub Worker comes after all it is bound to, what calls it after it, and its workflow before its messages", () => {
    expect(kindsAfter(update, "github-script")).toEqual(
      expect.arrayContaining(["github-database", "github-queue", ...WORKERS.filter((name) => name !== "github-producer")]),
    );
    expect(kindsAfter(update, "github-dispatch-workflow")).toContain("github-script");
    for (const caller of ["github-consumer", "github-dead-letter-consumer", "github-cron"]) {
      expect(kindsAfter(update, caller)).toEqual(
        expect.arrayContaining(["github-script", "github-dispatch-workflow", "github-bulk-workflow"]),
      );
    }
    expect(kindsAfter(update, "github-producer")).toContain("github-script");
  });

  test("what calls the hub is deleted before it is replaced: a queue has one consumer", () => {
    const first = update.resources.filter(({ deleteBeforeReplace }) => deleteBeforeReplace).map(({ name }) => name);
    expect(first.toSorted()).toEqual([
      "github-bulk-workflow",
      "github-consumer",
      "github-cron",
      "github-dead-letter-consumer",
      "github-dispatch-workflow",
    ]);
  });

  test("in production the database and both queues are protected, in other stacks they are not", async () => {
    const production = await runExample(example, { mode: "preview", stack: "prod" });
    const kept = production.resources.filter(({ protect }) => protect).map(({ name }) => name);
    expect(kept.toSorted()).toEqual(["github-database", "github-dead-letters", "github-queue"]);
    expect(update.resources.filter(({ protect }) => protect)).toEqual([]);
  });
});

describe("the preview of routes", () => {
  test("the first one lists every destination and every route", () => {
    const [changes = "", ...more] = routingChanges(preview);
    expect(more).toEqual([]);
    expect(changes.split("\n")).toHaveLength(1 + 5 + 1 + 11);
    expect(changes).toContain("+ destination triage: github-triage-dev");
    expect(changes).toContain(
      "+ route talk: github.*.created where $.data.comment exists true or $.data.discussion.comments gte 0 → digest (delay 5s)",
    );
  });

  test("an update says nothing of routes: the preview before it did", () => {
    expect(routingChanges(update)).toEqual([]);
  });

  test("without a change nothing is different, and nothing is said", async () => {
    const again = await runExample(example, { mode: "preview", previous: update });
    expect(again.resources.filter(({ operation }) => operation !== "same").map(({ name }) => name)).toEqual([]);
    expect(routingChanges(again)).toEqual([]);
  });

  test("afterwards it says what is added, removed and changed, and that is a difference of the hub Worker alone", async () => {
    await using changed = await installExample();
    await changed.edit("routes.ts", {
      '{ id: "bots", on: "*", where: { path: "$.data.sender.login", suffix: "[bot]" }, to: "checks" },': "",
      'to: { destination: "digest", delay: "5s" }': 'to: ["checks", { destination: "digest", delay: "0s", retry: { limit: 0 } }]',
      'on: "project.*", where: { path: "$.depth", gt: 0, lt: 3 }': 'on: "project.merged"',
    });
    await changed.edit("index.ts", {
      'digest: { worker: worker("digest") }': 'digest: { worker: worker("digest"), entrypoint: "Digest" }',
    });
    const after = await runExample(changed, { mode: "preview", previous: update });
    expect(problems(after)).toBe("");
    expect(routingChanges(after)).toEqual([
      [
        "Routing changes:",
        "  ~ destination digest: github-digest-dev → github-digest-dev (Digest)",
        '  - route bots: * where $.data.sender.login suffix "[bot]" → checks',
        "  ~ route talk: ~ digest: delay 5s → 0s, retry.limit default → 0; + checks",
        "  ~ route news: on project.* → project.merged; where $.depth gt 0 lt 3 → always",
      ].join("\n"),
    ]);
    expect(after.logs.filter(({ severity }) => severity === "info").map(({ urn }) => urn)).toEqual([resourceNamed(after, "github").urn]);
    const different = after.resources.filter(({ operation }) => operation !== "same").map(({ name }) => name);
    expect(different.toSorted()).toEqual(["github", "github-script"]);
  });

  test("a destination whose name is a secret is not told", async () => {
    const program = hubProgram({ email: '{ worker: pulumi.secret("hidden-worker") }' }, '[{ id: "all", on: "*", to: "email" }]');
    const run = await runScratch(program, "preview");
    expect(routingChanges(run)).toEqual(["Routing changes:\n  + destination email: a Worker that is secret\n  + route all: * → email"]);
    expect(JSON.stringify(run.logs)).not.toContain("hidden-worker");
  });
});

describe("what is wrong ends the preview, before anything of the hub is registered", () => {
  test("a route to a destination that is not declared does not compile", async () => {
    const run = await runScratch(hubProgram({ email: '{ worker: "email" }' }, '[{ id: "all", on: "*", to: "emial" }]'), "preview", {
      transpileOnly: false,
    });
    expect(run.exitCode).not.toBe(0);
    expect(run.resources.filter(({ name }) => name.startsWith("hub"))).toEqual([]);
    expect(problems(run)).toMatch(/'"emial"' is not assignable to type .*Did you mean '"email"'/s);
  });

  test.each([
    [
      "an undeclared destination, where nobody checks types",
      '[{ id: "all", on: "*", to: "emial" }]',
      'routes.0.to.0.destination: unknown destination "emial"; did you mean "email"? (declared: email)',
    ],
    [
      "a delay that is longer than a Workflow sleeps",
      '[{ id: "all", on: "*", to: { destination: "email", delay: "400 days" } }]',
      "routes.0.to.delay: must be at most 365 days",
    ],
    [
      "a route that no variable holds",
      `[{ id: "huge", on: "*", where: { path: "$.data.a", in: [${'"0123456789", '.repeat(400)}] }, to: "email" }]`,
      "routes.huge: is ",
    ],
    [
      "a routing that is only known after deployment",
      '[{ id: "all", on: "*", to: { destination: "email", delay: pulumi.output("5s") as never } }]',
      "routes.0.to.delay: is an Output",
    ],
  ])("%s", async (_what, routes, message) => {
    const run = await runScratch(hubProgram({ email: '{ worker: "email" }' }, routes), "preview");
    expect(run.exitCode).not.toBe(0);
    expect(run.resources.filter(({ name }) => name.startsWith("hub"))).toEqual([]);
    expect(problems(run)).toContain('EventHub "hub" is not valid:');
    expect(problems(run)).toContain(message);
  });
});

describe("the first deployment", () => {
  const routes = '[{ id: "all", on: "*", to: "shop" }]';
  const shop = (given: string) => hubProgram({ shop: given }, routes) + WORKER_SHOP;

  test("a destination that is only named has to be there: Cloudflare refuses the hub otherwise", async () => {
    const run = await runScratch(hubProgram({ shop: '{ worker: "shop" }' }, routes), "update", { scripts: [] });
    expect(run.exitCode).not.toBe(0);
    expect(problems(run)).toContain("Target script 'shop' not found. [code: 10143]");
  });

  test("a Worker that emits and is a destination is deployed in two steps: deployed: false, then without it", async () => {
    const refuse = cloudflareApi({ directory: join(tmpdir(), "program") });
    const first = await runScratch(shop('{ worker: "shop", deployed: false }'), "update", { refuse });
    expect(first.exitCode).toBe(0);
    expect(bindingsOf(first, "hub-script").filter(({ type }) => type === "service")).toEqual([]);
    expect(configFromBindings(variablesOf(first, "hub-script"))).toMatchObject({ destinations: { shop: { worker: "DEST_SHOP" } } });
    expect(first.logs.filter(({ severity }) => severity === "warning").map(({ message }) => message)).toEqual([
      expect.stringContaining("Not bound, because of deployed: false: shop."),
    ]);

    const second = await runScratch(shop('{ worker: "shop" }'), "update", { refuse, previous: first });
    expect([second.exitCode, problems(second)]).toEqual([0, ""]);
    expect(bindingsOf(second, "hub-script")).toContainEqual({ type: "service", name: "DEST_SHOP", service: "shop" });
  });

  test("without the first step Cloudflare refuses it", async () => {
    const run = await runScratch(shop('{ worker: "shop" }'), "update", { scripts: [] });
    expect(run.exitCode).not.toBe(0);
    expect(problems(run)).toContain("Target script 'shop' not found. [code: 10143]");
  });
});

function variablesOf(run: Run, script = "github-script"): Record<string, unknown> {
  return Object.fromEntries(bindingsOf(run, script).flatMap(({ type, name, json }) => (type === "json" ? [[name, json]] : [])));
}

function hubProgram(destinations: Readonly<Record<string, string>>, routes: string): string {
  const declared = Object.entries(destinations).map(([name, source]) => `${name}: ${source}`);
  return `
    import * as cloudflare from "@pulumi/cloudflare";
    import * as pulumi from "@pulumi/pulumi";
    import { EventHub } from "flowhub/pulumi";
    export const hub = new EventHub("hub", { accountId: "a", destinations: { ${declared.join(", ")} }, routes: ${routes} });
  `;
}

const WORKER_SHOP = `
  new cloudflare.WorkersScript("shop", {
    accountId: "a", scriptName: "shop", mainModule: "shop.js", content: "export default {}", bindings: [hub.producerBinding("HUB")],
  });
`;

async function runScratch(
  source: string,
  mode: Run["mode"],
  options: Partial<Parameters<typeof runProgram>[0]> & { scripts?: readonly string[] } = {},
): Promise<Run> {
  const { scripts, ...others } = options;
  await using program = await scratchProgram(source);
  const refuse = scripts === undefined ? {} : { refuse: cloudflareApi({ directory: program.directory, scripts }) };
  return await runProgram({ directory: program.directory, mode, computed: ofTheCloud, transpileOnly: true, ...refuse, ...others });
}
