import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EmitInput } from "flowhub";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collect } from "../chaos/drive/collect.ts";
import { emitOver } from "../chaos/drive/emitter.ts";
import { type Life, startLife } from "../chaos/drive/life.ts";
import type { DispatchRow, ExecutionRow } from "../chaos/history.ts";
import type { CallRow, Standing } from "../chaos/workers/api.ts";

const KILL_AFTER_MS = 10_000;
const DELAY_MS = 30_000;
const BACKOFF_MS = 20_000;
/** A minute of grace and two sweeps, which come every minute. */
const REPAIRED_WITHIN_MS = 60_000 + 2 * 60_000;
/** Clocks of processes. */
const TOLERANCE_MS = 50;

interface Carried {
  readonly dueAt: number;
  readonly row: DispatchRow;
  readonly calls: readonly CallRow[];
  readonly executions: readonly ExecutionRow[];
}

let delayed: Carried[];
let backedOff: Carried[];
let stateDir: string;

/** The hub between destinations that keep a ledger is killed 10 s after it accepted everything, and started again on the same state. */
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
  const options = { stateDir, late: false, cronEveryMs: 5_000, interrupted: new AbortController().signal };
  await using first = await startLife(options);
  const later = await emit(first, Array(200).fill({ type: "chaos.steady", data: {}, delay: `${DELAY_MS}ms` }));
  const again = await emit(first, Array(20).fill({ type: "chaos.patient", data: { failures: 1 } }));
  await sleep(KILL_AFTER_MS);
  await first.kill();

  await using second = await startLife(options);
  await untilSettled(second, Date.now() + DELAY_MS + REPAIRED_WITHIN_MS);
  const { rows, calls } = await collect(second);
  const carried = (dueAt: ReadonlyMap<string, number>) =>
    rows.dispatches.flatMap((row): Carried[] => {
      const due = dueAt.get(row.id);
      const ofIt = {
        calls: calls.filter((call) => call.dispatchId === row.id),
        executions: rows.executions.filter((one) => one.dispatch_id === row.id),
      };
      return due === undefined ? [] : [{ dueAt: due, row, ...ofIt }];
    });
  [delayed, backedOff] = [carried(later), carried(again)];
}, 400_000);

afterAll(() => rm(stateDir, { recursive: true, force: true, maxRetries: 10 }));

/** When each dispatch is due, by id. */
async function emit(life: Life, events: EmitInput[]): Promise<Map<string, number>> {
  const receipts = await emitOver(life, events);
  return new Map(receipts.flatMap(({ dispatches }) => dispatches.map(({ id, dueAt }) => [id, Date.parse(dueAt)])));
}

async function untilSettled(life: Life, deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    const { ongoing } = JSON.parse(await life.call(({ INSPECTOR }) => INSPECTOR.standing())) as Standing;
    if (ongoing === 0) return;
    await sleep(1_000);
  }
}

test("200 dispatches delayed across a kill are delivered after they were due and within two sweeps of being overdue", () => {
  expect(delayed).toHaveLength(200);
  expect(delayed.filter(({ row }) => row.status !== "complete")).toEqual([]);
  expect(delayed.filter(({ dueAt, calls }) => calls.some(({ startedAt }) => startedAt < dueAt - TOLERANCE_MS))).toEqual([]);
  expect(delayed.filter(({ dueAt, row }) => (row.settled_at ?? Number.POSITIVE_INFINITY) > dueAt + REPAIRED_WITHIN_MS)).toEqual([]);
});

test("none of them is delivered twice", () => {
  expect(delayed.filter(({ calls, executions }) => calls.length !== 1 || executions.length !== 1)).toEqual([]);
});

test("a dispatch that waits to retry across a kill is not attempted before its back-off is over, and then once", () => {
  expect(backedOff).toHaveLength(20);
  const attempted = backedOff.map(({ row, calls }) => ({ status: row.status, attempts: calls.map(({ attempt }) => attempt) }));
  expect(attempted).toEqual(Array(20).fill({ status: "complete", attempts: [1, 2] }));
  const waits = backedOff.map(({ calls, executions }) => (calls[1]?.startedAt ?? 0) - (executions[0]?.finished_at ?? 0));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(BACKOFF_MS - TOLERANCE_MS);
});
