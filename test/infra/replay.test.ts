import { sign } from "@octokit/webhooks-methods";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseConfig } from "../../schema/config/config.ts";
import { configFromBindings } from "../../schema/config/config-bindings.ts";
import type { DispatchDetail } from "../../schema/contract/dispatches.ts";
import type { EmitReceipt } from "../../schema/contract/emit.ts";
import { COMPATIBILITY } from "../../schema/deployment.ts";
import { cloudflareApi } from "./engine/cloudflare-api.ts";
import { kindOf, type RecordedResource, type Run } from "./engine/run.ts";
import { toMiniflare } from "./engine/to-miniflare.ts";
import { type InstalledExample, installExample, runExample, SECRET } from "./example.ts";

/** A Worker bound as `adminBinding()` binds it: reads through HTTP what the hub says over RPC. */
const READER = `
new cloudflare.WorkersScript("reader", {
  accountId,
  scriptName: "reader",
  mainModule: "reader.js",
  compatibilityDate: "${COMPATIBILITY.date}",
  bindings: [hub.adminBinding("HUB")],
  content: \`export default { fetch: async (request, { HUB }) => Response.json(await HUB.getDispatch(await request.text())) }\`,
});

// Where GitHub sends`;

/** Far more than the 5 KB of one variable. */
const MANY = 60;
const LONG = "far too long to fit, ".repeat(12);
const MANY_ROUTES = `export const routes: readonly RouteArgs<Destination>[] = [
  ...Array.from({ length: ${MANY} }, (_, index) => ({
    id: \`said-\${index}\`, on: "github.issue_comment.*", where: { path: "$.data.comment.body", exact: \`${LONG}\${index}\` }, to: "triage" as const,
  })),`;

let example: InstalledExample;
let run: Run;
let cloud: Miniflare;

beforeAll(async () => {
  example = await installExample();
  await example.edit("index.ts", { "\n// Where GitHub sends": READER });
  await example.edit("routes.ts", { "export const routes: readonly RouteArgs<Destination>[] = [": MANY_ROUTES });
  const { directory } = example;
  run = await runExample(example, { mode: "update", refuse: cloudflareApi({ directory }) });
  const scripts = run.resources.filter((resource) => kindOf(resource) === "WorkersScript");
  const workers = scripts.map((script) => toMiniflare({ run, script, directory }));
  cloud = new Miniflare(convertV4MiniflareOptions({ workers }));
  await cloud.ready;
});
afterAll(async () => {
  await cloud?.dispose();
  await example[Symbol.asyncDispose]();
});

async function deliver(body: string, signature: string): Promise<Response> {
  const producer = await cloud.getWorker("github-producer-dev");
  const headers = {
    "X-GitHub-Event": "issue_comment",
    "X-GitHub-Delivery": crypto.randomUUID(),
    "X-Hub-Signature-256": signature,
  };
  return (await producer.fetch("https://producer.example/", { method: "POST", headers, body })) as unknown as Response;
}

async function read(dispatchId: string): Promise<DispatchDetail> {
  const reader = await cloud.getWorker("reader");
  return (await (await reader.fetch("https://reader.example/", { method: "POST", body: dispatchId })).json()) as DispatchDetail;
}

function commentOf(body: string): string {
  return JSON.stringify({
    action: "created",
    comment: { body },
    repository: { full_name: "acme/shop", stargazers_count: 0 },
    sender: { login: "ada", type: "User" },
  });
}
const COMMENT = commentOf("+1");

test("what Pulumi would upload runs: an event emitted through the producer's binding reaches a destination after the delay of its route", async () => {
  const response = await deliver(COMMENT, await sign(SECRET, COMMENT));
  expect(response.status).toBe(202);
  const receipt = (await response.json()) as EmitReceipt;
  expect(receipt).toMatchObject({ durability: "stored", duplicate: false });
  expect(receipt.dispatches.map(({ destination }) => destination)).toEqual(["audit", "digest"]);

  const settled = await vi.waitFor(
    async () => {
      const dispatches = await Promise.all(receipt.dispatches.map(({ id }) => read(id)));
      expect(dispatches.map(({ status }) => status)).not.toContain("ongoing");
      return dispatches;
    },
    { timeout: 60_000, interval: 500 },
  );
  const [, digest] = settled;
  expect(settled.map(({ route, status }) => [route, status])).toEqual([
    ["trail", "complete"],
    ["talk", "complete"],
  ]);
  // The id begins with the moment of emission.
  const emittedAt = Number.parseInt(receipt.id.replace("-", "").slice(0, 12), 16);
  const waited = Date.parse(digest?.executions[0]?.startedAt ?? "") - emittedAt;
  expect(waited).toBeGreaterThanOrEqual(5_000);
  expect(waited).toBeLessThan(30_000);
  expect(digest?.policy).toMatchObject({ timeoutMs: 20_000, retry: { limit: 5, delayMs: 200, maxDelayMs: 1_000 } });
});

test("a delivery that is not signed with the secret of the stack's configuration is refused", async () => {
  expect((await deliver(COMMENT, await sign("another secret", COMMENT))).status).toBe(401);
  expect((await deliver("", `sha256=${"0".repeat(64)}`)).status).toBe(401);
  for (const signature of ["", "sha256=", "sha256=zz", "none"]) expect((await deliver(COMMENT, signature)).status).toBe(401);
});

test("the running hub has exactly the bindings that were recorded", async () => {
  const script = run.resources.find(({ name }) => name === "github-script") as RecordedResource;
  const recorded = (script.inputs["bindings"] as readonly { readonly name: string }[]).map(({ name }) => name);
  expect(Object.keys(await cloud.getBindings("github-dev")).toSorted()).toEqual(recorded.toSorted());
});

test("a configuration of many variables arrives whole: the last of 60 long routes takes its event", async () => {
  const bindings = await cloud.getBindings("github-dev");
  const parsed = parseConfig(configFromBindings(bindings));
  expect(parsed).toMatchObject({ ok: true });
  expect(parsed.ok && parsed.config.routes.map(({ id }) => id)).toHaveLength(MANY + 11);
  expect(Object.keys(bindings).filter((name) => name.startsWith("HUB_ROUTES_")).length).toBeGreaterThan(3);

  const body = commentOf(`${LONG}${MANY - 1}`);
  const receipt = (await (await deliver(body, await sign(SECRET, body))).json()) as EmitReceipt;
  expect(receipt.dispatches.map(({ destination }) => destination)).toEqual(["triage", "audit", "digest"]);
});
