import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditPage, EventHubApi } from "flowhub";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addUp } from "../../tools/audit-sum.ts";
import { plain } from "../../tools/local/observer.ts";
import { startStack } from "../../tools/local/stack.ts";
import { configurationOf } from "../bench/seed/configuration.ts";
import { prepareState } from "../bench/seed/prepare-state.ts";
import { bulkRetries } from "../bench/seed/redrives.ts";
import { seed } from "../bench/seed/seed.ts";
import { storyOf } from "../bench/seed/story.ts";
import { HUB, OBSERVER, WORKERS } from "../bench/stack.ts";
import { randomOf } from "../chaos/random.ts";

let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
});

afterAll(() => rm(stateDir, { recursive: true, force: true, maxRetries: 10 }));

test("a hub that was seeded stands up to its own audit, and has nothing to repair", async () => {
  await prepareState(stateDir);
  const seeded = await seed({ stateDir, config: HUB, events: 1_000, dispatches: 2_500, days: 7, seed: 1 });
  expect(Object.values(seeded.dispatches).reduce((sum, count) => sum + count)).toBe(2_500);

  await using stack = await startStack({ configs: WORKERS, stateDir });
  await using observer = await stack.observe<{ HUB: EventHubApi }>({ config: OBSERVER, ready: ({ HUB }) => HUB.health() });
  const hub = observer.bindings.HUB;
  await stack.cron();
  const pages: AuditPage[] = [];
  let cursor: string | undefined;
  do {
    const page: AuditPage = plain(await hub.audit({ cursor }));
    pages.push(page);
    ({ cursor } = page);
  } while (cursor !== undefined);
  const { ongoing } = seeded.dispatches;
  const { events, dispatches, executions } = seeded;
  expect(addUp(pages)).toMatchObject({ events, dispatches, executions, runs: { missing: ongoing }, mismatches: {}, unexplained: 0 });
  expect(plain(await hub.health())).toMatchObject({ overdue: 0, config: { version: configurationOf(HUB).version } });
  await expect(seed({ stateDir, config: HUB, events: 1, dispatches: 1, days: 1, seed: 1 })).rejects.toThrow("in use");
});

test("the same seed tells the same story, and every status and a chain of six causes are in it", () => {
  const [from, now] = [Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 8)];
  const told = () => {
    const bulks = bulkRetries({ from, to: now }, randomOf(7, "bulks"));
    return [...storyOf({ events: 2_000, dispatches: 5_000, from, now, seed: 7, configuration: configurationOf(HUB), bulks })];
  };
  const story = told();
  expect(story).toEqual(told());
  const ids = story.map(({ event }) => event.id);
  expect(ids).toEqual(ids.toSorted());
  expect(Math.max(...story.map(({ event }) => event.depth))).toBe(6);
  const statuses = new Set(story.flatMap(({ histories }) => histories.map(({ dispatch }) => dispatch.status)));
  expect([...statuses].toSorted()).toEqual(["cancelled", "complete", "failed", "ignored", "lost", "misconfigured", "ongoing"]);
});
