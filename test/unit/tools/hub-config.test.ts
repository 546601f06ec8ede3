import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import { parseConfig } from "../../../schema/config/config.ts";
import { COMPATIBILITY, VARIABLES } from "../../../schema/deployment.ts";
import { hubConfig } from "../../../tools/hub-config.ts";

const ROOT = join(import.meta.dirname, "../../..");
const deployed = hubConfig({ name: "flowhub", destinations: {}, routes: [] });

/** The parts that a hub cannot do without. */
function partsOf({ compatibility_flags, d1_databases, queues, workflows, triggers }: typeof deployed) {
  const databases = d1_databases.map(({ binding, database_name }) => ({ binding, database_name }));
  return { compatibility_flags, databases, queues, workflows, triggers };
}

const HUBS = ["infra/wrangler.example.toml", "wrangler.toml"];

test.each(HUBS)("%s consists of what a generated hub consists of", (file) => {
  expect(partsOf(unstable_readConfig({ config: join(ROOT, file) }))).toEqual(partsOf(deployed));
});

const BY_HAND = globSync("**/*.toml", {
  cwd: ROOT,
  exclude: (name) => name === "node_modules" || name.startsWith("."),
});

test.each([...BY_HAND, "infra/example/index.ts"])("%s has the compatibility date of all tests", (file) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  const dates = text.matchAll(/compatibility_?date\s*[=:]\s*"(.+)"/gi).map(([, date]) => date);
  expect([...dates]).toEqual([COMPATIBILITY.date]);
});

test("only what users read is written by hand: the hub's two manifests, and the example's", () => {
  expect(BY_HAND.filter((file) => !file.startsWith("examples/")).toSorted()).toEqual(HUBS);
});

describe("a generated hub", () => {
  const destinations = {
    "big-orders": { worker: "shop", entrypoint: "Orders", autoPause: { after: 3 } },
    audit: { worker: "audit" },
  };
  const routes = [{ id: "all", on: "*", to: ["big-orders", "audit"] }];
  const hub = hubConfig({ name: "shop-hub", destinations, routes, defaults: { timeout: "5s" } });

  test("binds each destination as the Pulumi component does, and has a configuration that the hub accepts", () => {
    expect(hub.services).toEqual([
      { binding: "DEST_BIG_ORDERS", service: "shop", entrypoint: "Orders" },
      { binding: "DEST_AUDIT", service: "audit" },
    ]);
    expect(parseConfig(hub.vars[VARIABLES.config])).toMatchObject({
      ok: true,
      config: {
        defaults: { timeout: "5s" },
        destinations: {
          "big-orders": { worker: "DEST_BIG_ORDERS", autoPause: { after: 3 } },
          audit: { worker: "DEST_AUDIT" },
        },
        routes: [{ id: "all", to: [{ destination: "big-orders" }, { destination: "audit" }] }],
      },
    });
  });

  test("is named throughout after its Worker, so that two on one machine share nothing", () => {
    const names = [
      hub.name,
      ...hub.d1_databases.map(({ database_id }) => database_id),
      ...hub.queues.consumers.map(({ queue }) => queue),
      ...hub.workflows.map(({ name }) => name),
    ];
    expect(names.filter((name) => !name.startsWith("shop-hub"))).toEqual([]);
  });

  test("opens its console to this machine unless other variables are given", () => {
    expect(hub.vars).toMatchObject({ [VARIABLES.console]: { access: "none" } });
    const closed = hubConfig({
      name: "hub",
      destinations: {},
      routes: [],
      vars: { [VARIABLES.consoleSecret]: "a secret" },
    });
    expect(Object.keys(closed.vars)).toEqual([VARIABLES.consoleSecret, VARIABLES.config]);
  });
});
