import "../unit/support/seed.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CHAIN } from "../../schema/limits.ts";
import type { Hub } from "../../src/bindings/hub.ts";
import { attempt } from "../../src/executor/attempt.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { purge } from "../../src/hub/purge/purge.ts";
import { type World, worldOf } from "../sqlite/world.ts";

const configOf = (maxChainEvents: number) => ({
  defaults: { maxChainEvents, retry: { limit: 0 } },
  destinations: { loopy: { worker: "LOOPY" } },
  routes: [{ id: "loop", on: "loop.*", to: "loopy" }],
});

/** The hub with a destination that answers each event with as many of its own kind. */
function looping({ hub }: World, breadth: number): Hub {
  const emits = Array.from({ length: breadth }, () => ({ type: "loop.next", data: 0 }));
  const env = { ...hub.env, LOOPY: { handle: async () => ({ status: "complete", emit: emits }) } } as unknown as Env;
  return { ...hub, env };
}

/** Looks at all that was put on the queue, in its order or the other way round, until there is nothing, or more than anybody wants. */
async function play(hub: Hub, { started, rows }: World, { most, lastFirst }: { most: number; lastFirst: boolean }): Promise<number> {
  const events = () => rows<{ count: number }>("SELECT count(*) AS count FROM events")[0]?.count ?? 0;
  for (let looks = 0; started.length > 0; looks++) {
    if (looks % 50 === 0 && events() > most) break;
    const run = lastFirst ? started.pop() : started.shift();
    if (run !== undefined) await attempt(hub, run.id);
  }
  return events();
}

const LIMIT = 150;
/** By which a chain goes beyond its limit in less than one of a million cases: (63/64)^900. */
const BEYOND = 900;

test("a loop ends near the limit of its chain, however many events each event causes, and a purge takes what is left of it", async () => {
  const shape = fc.record({ breadth: fc.integer({ min: 2, max: 40 }), lastFirst: fc.boolean(), seed: fc.nat() });
  await fc.assert(
    fc.asyncProperty(shape, async ({ breadth, lastFirst, seed }) => {
      const world = await worldOf({ config: configOf(LIMIT), seed });
      const hub = looping(world, breadth);
      const later: Promise<unknown>[] = [];
      await emit({ hub, caller: { source: "tests" }, afterReply: (work) => void later.push(work) }, { type: "loop.first", data: 0 });
      await Promise.all(later);
      const events = await play(hub, world, { most: LIMIT + BEYOND, lastFirst });
      expect(world.started, "nothing is left to be done").toEqual([]);
      expect(events).toBeLessThanOrEqual(LIMIT + BEYOND);
      const [notes] = world.rows<{ count: number }>(
        "SELECT count(*) AS count FROM notes WHERE kind = 'chain_too_long' AND subject_id LIKE 'chain:%'",
      );
      expect(events > LIMIT * CHAIN.warnAtShare ? notes?.count : 1).toBe(1);
      world.clock.now += 1;
      const purged = await purge(hub, new Date(world.clock.now), { deadLetters: true });
      expect(purged).toMatchObject({ events, kept: 0 });
      expect(
        world.rows(
          "SELECT 1 FROM events UNION ALL SELECT 1 FROM dispatches UNION ALL SELECT 1 FROM executions UNION ALL SELECT 1 FROM notes",
        ),
      ).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
