import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { createHub } from "../../src/bindings/hub.ts";
import { configuration } from "../../src/hub/read/configuration.ts";
import { health } from "../../src/hub/read/health.ts";
import { consoleOf } from "./support/console.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, storedDispatch } from "./support/hub.ts";
import { dispatchRow, eventRow } from "./support/rows.ts";

const configured = env.HUB_CONFIG as { destinations: Record<string, object>; routes: { id: string; to: unknown }[] };

it("the configuration names every destination of the hub once, in the order of names, and each route with all its targets", async () => {
  const { destinations } = await hub.configuration();
  expect(destinations.map(({ name }) => name)).toEqual(Object.keys(configured.destinations).toSorted());
  const targets = configured.routes.flatMap(({ id, to }) => [to].flat().map(() => id));
  expect(destinations.flatMap(({ routes }) => routes.map(({ id }) => id)).toSorted()).toEqual(targets.toSorted());
  expect(destinations.find(({ name }) => name === "fragile")).toMatchObject({ worker: "SCRIPTED", autoPause: { after: 3, probe: "1s" } });
  expect(destinations.find(({ name }) => name === "second")).not.toHaveProperty("autoPause");
});

it("version, delay and policy are those that an event is routed by", async () => {
  const { version, destinations } = await hub.configuration();
  const id = await storedDispatch({ type: "delayed.configuration", data: 1 });
  const { config_version } = await eventRow(id.slice(0, 36));
  const { policy, due_at, route } = await dispatchRow(id);
  const shown = destinations.find(({ name }) => name === "scripted")?.routes.find((one) => one.id === route);
  expect(version).toBe(config_version);
  expect(shown).toEqual({ id: "delayed", on: "delayed.*", delayMs: 1_500, policy: JSON.parse(policy) });
  expect(due_at).toBeGreaterThan(Date.now());
});

it("a configuration that is none is said to be so", async () => {
  expect(await faultOf(configuration(createHub(envWith({ HUB_CONFIG: { destinations: {}, routes: "none" } }))))).toBe("config.invalid");
});

it("a condition that may not mean what it says is logged once an isolate, shown where the destinations are, and no problem of health", async () => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, "warn").mockImplementation((line) => void lines.push(String(line)));
  const where = { path: "$.data.items.length", gte: 2 };
  const HUB_CONFIG = { destinations: { audit: { worker: "SCRIPTED" } }, routes: [{ id: "large", on: "*", where, to: "audit" }] };
  const given = envWith({ HUB_CONFIG });
  const first = await configuration(createHub(given));
  const again = await configuration(createHub(given));
  spy.mockRestore();
  const said = expect.stringMatching(/^routes\.0\.where\.path: \$\.data\.items\.length selects a member called "length"/);
  expect([first.warnings, again.warnings]).toEqual([[said], [said]]);
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ level: "warn", what: "configuration", message: said }]);
  expect(await (await consoleOf({ HUB_CONFIG }).get("/destinations")).text()).toContain("$.data.items.length selects a member called");
  expect((await health(createHub(given))).problems).toEqual([]);
});
