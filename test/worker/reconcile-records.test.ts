import { introspectWorkflowInstance } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { HandleReply } from "../../schema/contract/delivery.ts";
import { HOUR_MS } from "../../schema/limits.ts";
import { callsOf } from "./support/attempts.ts";
import { envWith, storedDispatch } from "./support/hub.ts";
import {
  attempted,
  called,
  nextLook,
  notesOf,
  passTime,
  passTimeToCheck,
  reconcileOverdue,
  startRun,
  wornOut,
} from "./support/reconciling.ts";
import { dispatchRow, eventsCausedBy, executionsOf, rows, settled, until } from "./support/rows.ts";
import { stepsOf } from "./support/run-events.ts";
import { engineWith, fallAsleep, runIs, runOf, saying } from "./support/runs.ts";

/** The database takes no execution of this attempt until the returned function is called. */
async function refuseAttempt(id: string, attempt: number): Promise<() => Promise<void>> {
  const name = `refuse_${attempt}_${id.replaceAll("-", "_")}`;
  await rows(
    `CREATE TRIGGER ${name} BEFORE INSERT ON executions WHEN new.dispatch_id = '${id}' AND new.attempt = ${attempt}
     BEGIN SELECT RAISE(ABORT, 'disk is full'); END`,
  );
  return async () => {
    await rows(`DROP TRIGGER ${name}`);
  };
}

/** Waits until the run has handed the record of an attempt over to the step that writes it, and that was refused too. */
async function recordWaits(id: string, attempt: number): Promise<void> {
  const run = await runOf(id);
  using subscription = await run.subscribe();
  for (;;) {
    const { value } = await subscription.next();
    const event = value as { type: string; stepName?: string } | undefined;
    if (event?.type === "attempt_errored" && event.stepName === `record ${attempt}-1`) return;
    if (event === undefined) throw new Error(`run ${id} ended without a record ${attempt}`);
  }
}

const attemptsOf = async (id: string) => (await callsOf(id)).map(({ delivery }) => delivery["attempt"]);

/** A dispatch whose destination has answered, and whose record waits for half a minute since the database refused it. */
async function unrecorded(script: unknown[] = ["complete"]) {
  const id = await storedDispatch({ type: "constant.waits", data: { script } as never });
  const accept = await refuseAttempt(id, 1);
  await startRun(id);
  await recordWaits(id, 1);
  return { id, accept };
}

/** The same with a run that tries again and again without a pause, for as long as `run` is not disposed of. */
async function unrecordedInHaste() {
  const id = await storedDispatch({ type: "constant.waits", data: 1 });
  const run = await introspectWorkflowInstance(env.DISPATCH_WORKFLOW, id);
  await run.modify(async (modifier) => await modifier.disableRetryDelays([{ name: "record 1" }]));
  const accept = await refuseAttempt(id, 1);
  await startRun(id);
  await recordWaits(id, 1);
  return { id, accept, run };
}

describe.concurrent("a record that waits", () => {
  const interrupted: readonly [string, (id: string) => Promise<Env>, number][] = [
    [
      "its run is terminated",
      async (id) => {
        await (await runOf(id)).terminate();
        return env;
      },
      1,
    ],
    ["its run says that it errored", async () => envWith({ DISPATCH_WORKFLOW: engineWith({ status: saying("errored") }).runs }), 1],
    ["its run is stuck", async () => env, 2],
    [
      "its run is asleep and cannot be woken",
      async (id) => {
        await fallAsleep(id);
        return envWith({ DISPATCH_WORKFLOW: engineWith({ sendEvent: async () => undefined }).runs });
      },
      2,
    ],
  ];
  for (const [what, interrupt, looks] of interrupted) {
    it(`is written by a restart when ${what}, and the destination is not called again`, async () => {
      const { id, accept } = await unrecorded([{ status: "complete", emit: [{ type: "unrouted.follow", data: 1 }] }]);
      const given = await interrupt(id);
      await accept();
      await passTime(id, HOUR_MS);
      for (let look = 0; look < looks; look++) {
        expect((await dispatchRow(id)).status).toBe("ongoing");
        await nextLook(id, given);
      }
      expect(await settled(id, 5_000)).toMatchObject({ status: "complete", attempts: 1 });
      expect(await attemptsOf(id)).toEqual([1]);
      expect(await executionsOf(id)).toHaveLength(1);
      expect(await eventsCausedBy(id)).toHaveLength(1);
      expect((await notesOf(id)).at(-1)).toMatchObject({ kind: "repair", detail: { remedy: "restart" } });
    });
  }

  it("is written when its run fell asleep and is woken, and the destination is not called again", async () => {
    const { id, accept, run } = await unrecordedInHaste();
    await using _run = run;
    await fallAsleep(id);
    await accept();
    await scheduler.wait(300);
    expect((await dispatchRow(id)).status).toBe("ongoing");
    await passTime(id, HOUR_MS);
    await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await notesOf(id)).toMatchObject([{ kind: "repair", reason: "late", detail: { remedy: "wake" } }]);
    expect(await attemptsOf(id)).toEqual([1]);
  });

  it("is written by a second restart when the database still refuses it after the first", async () => {
    const { id, accept } = await unrecorded();
    for (const last of [false, true]) {
      await (await runOf(id)).terminate();
      if (last) await accept();
      await nextLook(id);
      if (!last) await recordWaits(id, 1);
    }
    expect(await settled(id, 5_000)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await attemptsOf(id)).toEqual([1]);
  });

  it("for the second time in a run, of a later attempt, is written by a restart too: each attempt is made once", async () => {
    const { id, accept } = await unrecorded(["failed", "complete"]);
    const acceptSecond = await refuseAttempt(id, 2);
    await (await runOf(id)).terminate();
    await accept();
    await nextLook(id);
    await recordWaits(id, 2);
    expect(await attemptsOf(id)).toEqual([1, 2]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
    await (await runOf(id)).terminate();
    await acceptSecond();
    await nextLook(id);
    expect(await settled(id, 5_000)).toMatchObject({ status: "complete", attempts: 2 });
    expect(await attemptsOf(id)).toEqual([1, 2]);
    expect((await executionsOf(id)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, "failed"],
      [2, "complete"],
    ]);
    expect(await stepsOf(env.DISPATCH_WORKFLOW, id)).toEqual([
      ...["step_completed deliver-1", "step_completed record 1-1"],
      ...["step_completed deliver-2", "step_completed record 2-1"],
    ]);
  });

  it("is left behind when a later attempt is stuck: the restart makes that one, with what is recorded", async () => {
    const { id, accept } = await unrecorded(["failed", { takesMs: 60_000, reply: "complete" }]);
    await (await runOf(id)).terminate();
    await accept();
    await nextLook(id);
    await called(id, 2);
    await (await runOf(id)).terminate();
    await nextLook(id);
    await called(id, 3);
    expect(await attemptsOf(id)).toEqual([1, 2, 2]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
    await (await runOf(id)).terminate();
  });
});

describe.concurrent("an answer that comes late", () => {
  /** A dispatch that its run is calling for, and that the reconciler finds beyond repair. */
  async function lostDuringCall(said: HandleReply, type: string): Promise<string> {
    const id = await storedDispatch({ type, data: { script: [{ takesMs: 1_500, reply: said }] } as never });
    await startRun(id);
    await called(id);
    await wornOut(id);
    await passTime(id, HOUR_MS);
    await reconcileOverdue([id]);
    expect(await dispatchRow(id)).toMatchObject({ status: "lost", reason: expect.stringMatching(/^stuck: given up after 5 restarts/) });
    expect(await notesOf(id)).toMatchObject([{ kind: "lost", reason: "stuck", detail: { run: "running", remedy: "lose" } }]);
    return id;
  }

  const withFollowUp: HandleReply = { status: "complete", emit: [{ type: "unrouted.late", data: 1 }] };

  it("after its dispatch was given up says what really happened, and its follow-ups are published", async () => {
    const id = await lostDuringCall(withFollowUp, "once.late");
    await attempted(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 1, reason: null, check_at: null, recoveries: 0 });
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: "complete" }]);
    expect(await eventsCausedBy(id)).toHaveLength(1);
    await runIs(id, "complete");
  });

  it("after its dispatch was given up, and failed for good, makes it failed", async () => {
    const id = await lostDuringCall({ status: "failed", reason: "it was there" }, "once.late");
    await attempted(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", attempts: 1, reason: "it was there" });
  });

  it("after its dispatch was given up, and would be tried again, leaves it lost with its execution, and its run ends", async () => {
    const id = await lostDuringCall("failed", "fast.late");
    await until(async () => ((await executionsOf(id)).length === 1 ? true : undefined), { what: "the execution" });
    expect((await runIs(id, "complete")).output).toBe("lost");
    expect(await dispatchRow(id)).toMatchObject({ status: "lost", attempts: 1, check_at: null, reason: expect.stringContaining("stuck") });
    expect(await attemptsOf(id)).toEqual([1]);
  });

  it("after its dispatch was cancelled adds its execution and counts, and its follow-ups are not published", async () => {
    const id = await storedDispatch({ type: "once.late", data: { script: [{ takesMs: 700, reply: withFollowUp }] } as never });
    await startRun(id);
    await called(id);
    await rows("UPDATE dispatches SET status = 'cancelled', settled_at = 7, check_at = NULL, reason = 'by hand' WHERE id = ?", id);
    expect((await runIs(id, "complete")).output).toBe("cancelled");
    expect(await dispatchRow(id)).toMatchObject({ status: "cancelled", attempts: 1, settled_at: 7, reason: "by hand", check_at: null });
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: "complete" }]);
    expect(await eventsCausedBy(id)).toEqual([]);
  });

  it("that the database would not take is written at last, although its dispatch was given up meanwhile", async () => {
    const { id, accept, run } = await unrecordedInHaste();
    await using _run = run;
    await wornOut(id);
    await passTimeToCheck(id);
    await passTime(id, HOUR_MS);
    await reconcileOverdue([id]);
    expect((await dispatchRow(id)).status).toBe("lost");
    await accept();
    await attempted(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await attemptsOf(id)).toEqual([1]);
  });
});
