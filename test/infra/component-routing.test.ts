import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { type DeliveryOptions, EventHub, type EventHubArgs, type WorkerDestination } from "flowhub/pulumi";
import { describe, expect, test } from "vitest";
import { DELIVERY_DEFAULTS } from "../../schema/config/policy.ts";
import { bindingsOf, configRead, type Recorded, record, requested } from "./mocks.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const all = [{ id: "all", on: "*", to: "email" }] as const;

const recordHub = (args: Partial<EventHubArgs>) =>
  record(
    () => new EventHub("hub", { accountId, destinations: { email: { worker: "email-worker" } }, routes: all, ...args } as EventHubArgs),
  );
const services = (recorded: Recorded<unknown>) => bindingsOf(recorded).filter(({ type }) => type === "service");

describe("a destination", () => {
  const content = { mainModule: "email.js", content: "export default {}" };

  test.each<[given: string, worker: () => WorkerDestination["worker"], dependencies: string[]]>([
    ["its name", () => "email-dev", []],
    ["an Output of its name", () => pulumi.output("email-dev"), []],
    ["a WorkersScript", () => new cloudflare.WorkersScript("email", { accountId, scriptName: "email-dev", ...content }), ["email"]],
    ["a Worker", () => new cloudflare.Worker("email", { accountId, name: "email-dev" }), ["email"]],
    [
      "an Output of a WorkersScript",
      () => new cloudflare.WorkersScript("email", { accountId, scriptName: "email-dev", ...content }).scriptName,
      ["email"],
    ],
  ])("may be given as %s", async (_, worker, dependencies) => {
    const recorded = await record(
      () => new EventHub("hub", { accountId, destinations: { email: { worker: worker(), entrypoint: "Email" } }, routes: all }),
    );
    expect(services(recorded)).toEqual([{ type: "service", name: "DEST_EMAIL", service: "email-dev", entrypoint: "Email" }]);
    expect(requested(recorded, "hub").inputs["workers"]).toEqual({ email: { worker: "email-dev", entrypoint: "Email" } });
    expect(requested(recorded, "hub-script").dependencies).toEqual([...dependencies, "hub-database", "hub-queue"]);
    expect(configRead(recorded).destinations).toEqual({ email: { worker: "DEST_EMAIL" } });
  });

  test("has one binding, however many routes lead there", async () => {
    const routes = ["one", "two"].map((id) => ({ id, on: "*", to: ["email", { destination: "email", delay: "1h" }] as const }));
    const recorded = await recordHub({ routes });
    expect(services(recorded)).toEqual([{ type: "service", name: "DEST_EMAIL", service: "email-worker" }]);
    expect(configRead(recorded).routes.map(({ to }) => to)).toEqual(
      routes.map(() => [{ destination: "email" }, { destination: "email", delay: "1h" }]),
    );
  });

  test("has a binding where no route leads there", async () => {
    expect(services(await recordHub({ routes: [] }))).toEqual([{ type: "service", name: "DEST_EMAIL", service: "email-worker" }]);
  });

  test("does not change the order of bindings: that of their names, in which the provider compares them", async () => {
    const names = ["zebra", "alpha", "middle"];
    const declared = (order: string[]) => Object.fromEntries(order.map((name) => [name, { worker: `${name}-worker` }]));
    const recorded = await recordHub({ destinations: declared(names), routes: [] });
    const bound = bindingsOf(recorded).map(({ name }) => String(name));
    expect(bound).toEqual(bound.toSorted());
    expect(bound).toEqual(expect.arrayContaining(["DEST_ALPHA", "DEST_MIDDLE", "DEST_ZEBRA"]));
    const otherwise = await recordHub({ destinations: declared(names.toReversed()), routes: [] });
    expect(bindingsOf(otherwise).map(({ name }) => name)).toEqual(bound);
  });

  test("that is not deployed yet is not bound, stays in the configuration, and is warned of", async () => {
    const destinations = { email: { worker: "email-worker" }, shop: { worker: "shop", entrypoint: "Shop", deployed: false } };
    const recorded = await recordHub({ destinations, routes: [{ id: "all", on: "*", to: ["email", "shop"] }] });
    expect(services(recorded).map(({ name }) => name)).toEqual(["DEST_EMAIL"]);
    expect(configRead(recorded)).toEqual({
      destinations: { email: { worker: "DEST_EMAIL" }, shop: { worker: "DEST_SHOP" } },
      routes: [{ id: "all", on: "*", to: [{ destination: "email" }, { destination: "shop" }] }],
    });
    expect(requested(recorded, "hub").inputs["workers"]).toEqual({ email: { worker: "email-worker" }, shop: {} });
    expect(recorded.warnings).toEqual([expect.stringContaining("Not bound, because of deployed: false: shop. ")]);
  });

  test("whose condition may not mean what it says is deployed, and warned of", async () => {
    const where = { path: "$.data.items.length", gte: 2 };
    const recorded = await recordHub({ routes: [{ id: "large", on: "*", where, to: "email" }] });
    expect(configRead(recorded)).toMatchObject({ routes: [{ where }] });
    expect(recorded.warnings).toEqual([
      expect.stringMatching(/Conditions that may not mean what they say:\n {2}- routes\.0\.where\.path: /),
    ]);
  });

  test("that is said to be deployed is bound, without a warning", async () => {
    const recorded = await recordHub({ destinations: { email: { worker: "email-worker", deployed: true } } });
    expect(services(recorded)).toHaveLength(1);
    expect(recorded.warnings).toEqual([]);
  });
});

describe("what is secret stays so", () => {
  test("the name of a Worker, and nothing else with it", async () => {
    const recorded = await recordHub({
      destinations: { email: { worker: pulumi.secret("hidden-worker") }, audit: { worker: "audit-worker" } },
    });
    const place = bindingsOf(recorded).findIndex(({ name }) => name === "DEST_EMAIL");
    expect(bindingsOf(recorded)[place]).toMatchObject({ service: "hidden-worker" });
    const secrets = recorded.resources.flatMap(({ name, secrets }) => secrets.map((path) => `${name} ${path}`));
    expect(secrets).toEqual(["hub workers.email.worker", `hub-script bindings[${place}].service`]);
    expect(JSON.stringify(recorded.resources).split("hidden-worker")).toHaveLength(1 + secrets.length);
  });

  test("the account, in every resource; the component does not have it", async () => {
    const recorded = await recordHub({ accountId: pulumi.secret("hidden-account") });
    const [hub, ...children] = recorded.resources;
    expect(hub?.inputs).not.toHaveProperty("accountId");
    expect(children.map(({ secrets }) => secrets)).toEqual(children.map(() => ["accountId"]));
    expect(JSON.stringify(recorded.resources).split("hidden-account")).toHaveLength(1 + children.length);
  });
});

describe("defaults reach the hub unchanged:", () => {
  const other = {
    delay: "90s",
    timeout: "2 minutes",
    retry: { limit: 7, backoff: "linear", delay: "11s", maxDelay: "3 hours", jitter: "none" },
    misconfigured: { delay: "2s", maxDelay: "5 minutes", for: "3 days" },
  } as const satisfies DeliveryOptions;
  const zero = {
    delay: "0s",
    timeout: "1ms",
    retry: { limit: 0, backoff: "constant", delay: "0s", maxDelay: "0s", jitter: "none" },
    misconfigured: { delay: "1s", maxDelay: "1s", for: "0s" },
  } as const satisfies DeliveryOptions;
  const fields = (options: object): string[] =>
    Object.entries(options).flatMap(([name, value]) =>
      typeof value === "object" ? fields(value).map((member) => `${name}.${member}`) : [`${name} ${value}`],
    );

  test.each<[what: string, defaults: DeliveryOptions, asUsual: string[]]>([
    ["other than usual", other, []],
    ["zero, or the least there is", zero, ["delay 0s"]],
  ])("all of them, %s", async (_, defaults, asUsual) => {
    const usual = fields(DELIVERY_DEFAULTS);
    expect(fields(defaults).map((field) => field.split(" ")[0])).toEqual(usual.map((field) => field.split(" ")[0]));
    expect(fields(defaults).filter((field) => usual.includes(field))).toEqual(asUsual);

    const recorded = await recordHub({ defaults });
    expect(configRead(recorded).defaults).toEqual(defaults);
    expect(requested(recorded, "hub").inputs["routing"]).toMatchObject({ defaults });
  });

  test("and so does what a target says", async () => {
    const recorded = await recordHub({ defaults: other, routes: [{ id: "all", on: "*", to: { destination: "email", ...zero } }] });
    expect(configRead(recorded).routes[0]?.to).toEqual([{ destination: "email", ...zero }]);
  });

  test("none at all, where none are given", async () => {
    expect(configRead(await recordHub({}))).not.toHaveProperty("defaults");
    expect(configRead(await recordHub({ defaults: undefined }))).not.toHaveProperty("defaults");
    expect(configRead(await recordHub({ defaults: {} })).defaults).toEqual({});
  });
});

test("a configuration of more than 5 KB arrives whole", async () => {
  const routes = Array.from({ length: 60 }, (_, index) => ({
    id: `route-${index}`,
    on: `order.type-${index}`,
    where: { path: "$.data.note", exact: "x".repeat(200) },
    to: "email",
  }));
  const recorded = await recordHub({ routes });
  expect(configRead(recorded).routes).toEqual(routes.map((route) => ({ ...route, to: [{ destination: "email" }] })));
  const sizes = bindingsOf(recorded).flatMap(({ json }) => (json === undefined ? [] : [Buffer.byteLength(String(json))]));
  expect(sizes.length).toBeGreaterThan(4);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5_000);
});

describe("another Worker is bound to the hub", () => {
  const bound = async (bind: (hub: EventHub) => cloudflare.types.input.WorkersScriptBinding) => {
    const recorded = await record(() => {
      const hub = new EventHub("hub", { accountId, destinations: {}, routes: [] });
      new cloudflare.WorkersScript("shop", { accountId, scriptName: "shop", mainModule: "shop.js", content: "", bindings: [bind(hub)] });
    });
    return { bindings: bindingsOf(recorded, "shop"), dependencies: requested(recorded, "shop").dependencies };
  };

  test("to emit, and after the hub is there", async () => {
    expect(await bound((hub) => hub.producerBinding("EVENTS"))).toEqual({
      bindings: [{ type: "service", name: "EVENTS", service: "hub-dev", entrypoint: "Producer" }],
      dependencies: ["hub-script"],
    });
  });

  test("to do everything", async () => {
    expect(await bound((hub) => hub.adminBinding("EVENTS"))).toEqual({
      bindings: [{ type: "service", name: "EVENTS", service: "hub-dev", entrypoint: "EventHub" }],
      dependencies: ["hub-script"],
    });
  });

  test("as HUB, unless told otherwise", async () => {
    expect((await bound((hub) => hub.producerBinding())).bindings[0]?.["name"]).toBe("HUB");
    expect((await bound((hub) => hub.adminBinding())).bindings[0]?.["name"]).toBe("HUB");
  });
});
