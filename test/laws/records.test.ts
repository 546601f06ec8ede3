import "../unit/support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome, Status } from "../../schema/contract/statuses.ts";
import type { Next } from "../../src/domain/attempt/next-attempt.ts";
import { NOTHING } from "../../src/domain/emit/plan-emit.ts";
import { type AttemptRecord, recordAttempt } from "../../src/store/attempt/record-attempt.ts";
import { storePlan } from "../../src/store/emit/store-plan.ts";
import { cancelDispatches } from "../../src/store/operate/cancel-dispatches.ts";
import { claimRepair } from "../../src/store/repair/claim-repair.ts";
import { attemptRecord, freshPlan, note } from "../sqlite/store-facts.ts";
import { type World, worldOf } from "../sqlite/world.ts";

/** What may happen to a dispatch. A call that was started may be answered at any time, its answer be written twice, or never. */
type Step =
  | { readonly do: "call"; readonly outcome: Outcome; readonly again: boolean }
  | { readonly do: "write"; readonly nth: number }
  | { readonly do: "cancel" }
  | { readonly do: "lose" }
  | { readonly do: "settle" };

const outcome = fc.constantFrom<Outcome>("complete", "ignored", "failed", "misconfigured");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("call" as const), outcome, again: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("write" as const), nth: fc.nat(5) }) },
  ...(["cancel", "lose", "settle"] as const).map((what) => ({ weight: 1, arbitrary: fc.constant({ do: what }) })),
);

interface Stored {
  readonly status: Status;
  readonly attempts: number;
  readonly settled_at: number | null;
  readonly check_at: number | null;
}

/** One dispatch, the calls made for it, and all that is stored about it. */
type Life = ReturnType<typeof lifeOf>;

function lifeOf({ hub, rows }: World, id: string) {
  const d1 = hub.env.DB;
  const calls: AttemptRecord[] = [];
  const row = (): Stored => {
    const [stored] = rows<Stored>("SELECT status, attempts, settled_at, check_at FROM dispatches WHERE id = ?", id);
    if (stored === undefined) throw new Error(`no dispatch ${id}`);
    return stored;
  };
  const executions = () =>
    rows<{ attempt: number; nonce: string }>("SELECT attempt, nonce FROM executions WHERE dispatch_id = ? ORDER BY attempt", id);
  /** The ordinal is that of the next record at the moment of the call, as the executor draws it. */
  const call = ({ outcome: answered, again }: Extract<Step, { do: "call" }>) => {
    if (row().status !== "ongoing") return;
    const failed = answered === "failed" || answered === "misconfigured";
    const next: Next = failed && again ? { status: "ongoing", reason: "again", dueAt: 5, checkAt: 6 } : { status: answered, reason: null };
    const followUps = failed ? NOTHING : freshPlan();
    calls.push(attemptRecord(id, { attempt: executions().length + 1, outcome: answered, next, followUps }));
  };
  const write = async (record: AttemptRecord | undefined) => record && (await recordAttempt(d1, record));
  const repair = async (to: "lost" | "complete") => {
    const taken = { id, checkAt: row().check_at ?? -1 };
    await claimRepair(d1, { taken, to: { status: to, settledAt: 7, reason: null }, note: null });
  };
  const take = async (one: Step): Promise<unknown> => {
    switch (one.do) {
      case "call":
        return call(one);
      case "write":
        return await write(calls[one.nth]);
      case "cancel":
        return await cancelDispatches(d1, [id], { note: note("cancel", 7) });
      case "lose":
        return await repair("lost");
      case "settle":
        return await repair("complete");
      default:
        return one satisfies never;
    }
  };
  /** The answers whose follow-ups are stored. */
  const published = () => {
    const isStored = (event: string) => rows("SELECT 1 FROM events WHERE id = ?", event).length > 0;
    return calls.filter(({ followUps }) => followUps.events.some((event) => isStored(event.id)));
  };
  return { take, row, executions, published };
}

function stillHolds(life: Life, before: { row: Stored; executions: ReturnType<Life["executions"]> }): void {
  const [row, executions] = [life.row(), life.executions()];
  if (!["ongoing", "lost"].includes(before.row.status)) expect(row.status, "what has settled stays so").toBe(before.row.status);
  if (before.row.status === "lost") expect(row.status, "what was lost is what really happened").not.toBe("ongoing");
  const isSettled = row.status !== "ongoing";
  expect([row.check_at === null, row.settled_at !== null], "what has settled is looked at no more").toEqual([isSettled, isSettled]);
  expect(executions, "an answer that was written stands").toEqual(expect.arrayContaining(before.executions));
  expect(
    executions.map(({ attempt }) => attempt),
    "attempts have no gap",
  ).toEqual(executions.map((_, index) => index + 1));
  expect(row.attempts, "each is counted").toBe(executions.length);
  const published = life.published();
  expect(published.length, "one answer at most has follow-ups").toBeLessThanOrEqual(1);
  for (const { outcome: answered, attempt, nonce } of published) {
    expect(answered, "the answer that settled it").toBe(row.status);
    expect(executions, "and that was written").toContainEqual({ attempt, nonce });
  }
}

describe("the answers of a dispatch, whenever they come, written once or twice, among cancellations and repairs", () => {
  test("stand once each, settle it once, and only what settled it has follow-ups", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.nat(), async (steps, seed) => {
        const world = await worldOf({ config: {}, seed });
        const plan = freshPlan();
        await storePlan(world.hub.env.DB, { plan, config: null });
        const life = lifeOf(world, plan.dispatches[0]?.id ?? "");
        for (const one of steps) {
          const before = { row: life.row(), executions: life.executions() };
          await life.take(one);
          stillHolds(life, before);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
