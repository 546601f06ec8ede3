import type { Random } from "../random.ts";

/** Bodies that nobody should put on the hub's queue. `ids`: of real dispatches, which some of them name. */
export function garbageOf(random: Random, ids: readonly string[]): unknown[] {
  const real = ids.length === 0 ? "nope-0" : random.pick(ids);
  return random.sample(
    [
      null,
      "text",
      17,
      [],
      {},
      "x".repeat(100_000),
      { kind: "start" },
      { kind: "start", runs: [] },
      { kind: "start", runs: [{ id: "nope", dueAt: 0 }] },
      { kind: "start", runs: [{ id: real, dueAt: "soon" }] },
      { kind: "start", runs: [{ id: real, dueAt: 0 }] },
      { kind: "start", runs: [{ id: real, dueAt: 0 }, null, { id: 17 }] },
      { kind: "start", runs: [{ id: "not a name of a run!", dueAt: 0 }] },
      { kind: "reconcile", dispatches: [{ id: real, checkAt: 1 }] },
      { kind: "reconcile", dispatches: [{ id: "nope", checkAt: 1 }, { id: real }] },
      { kind: "reconcile", runs: [real] },
      { kind: "emit", plan: { events: [], dispatches: [] } },
      { kind: "emit", plan: null, config: { version: real } },
      { kind: "dance", dispatches: [{ id: real, checkAt: 1 }] },
    ],
    random.int(1, 6),
  );
}
