import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createHub } from "../../src/bindings/hub.ts";
import { configuration } from "../../src/hub/read/configuration.ts";
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
