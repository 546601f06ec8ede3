import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WORKFLOW } from "../../../schema/limits.ts";
import { engineAnswer, engineSlots } from "../../../src/bindings/engine.ts";
import { isTransientOfWorkflows } from "../../../src/bindings/platform-errors.ts";
import { messageOfRejection } from "../support/message-of.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const silence = async () => await new Promise<never>(() => undefined);

describe("an answer of the engine", () => {
  test("that does not come within ten seconds is an error that may pass", async () => {
    const said = messageOfRejection(engineAnswer(silence()));
    await vi.advanceTimersByTimeAsync(WORKFLOW.answerMs);
    expect(await said).toBe("the Workflow engine gave no answer within 10000 ms");
    expect(isTransientOfWorkflows(await said)).toBe(true);
  });

  test("that comes too late is released, and one that comes in time is not", async () => {
    const released: string[] = [];
    const handle = (name: string) => ({ [Symbol.dispose]: () => void released.push(name) });
    const late = Promise.withResolvers<Disposable>();
    await engineAnswer(Promise.resolve(handle("in time")));
    const said = messageOfRejection(engineAnswer(late.promise, { withinMs: 5 }));
    await vi.advanceTimersByTimeAsync(5);
    await said;
    late.resolve(handle("late"));
    await vi.advanceTimersByTimeAsync(0);
    expect(released).toEqual(["late"]);
  });
});

describe("slots", () => {
  /** Tasks begun so far, in order. */
  function tasks() {
    const begun: number[] = [];
    const slots = engineSlots();
    const add = (ordinal: number, work: () => Promise<unknown>) =>
      slots(async () => {
        begun.push(ordinal);
        return await work();
      });
    return { begun, add };
  }

  test("hold as many tasks as may be under way, and the next when one has ended", async () => {
    const { begun, add } = tasks();
    const first = Promise.withResolvers<string>();
    const results = Array.from({ length: 7 }, (_, ordinal) =>
      add(ordinal, async () => (ordinal === 0 ? await first.promise : await silence())),
    );
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    first.resolve("ended");
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await results[0]).toBe("ended");
  });

  test("are given up by tasks that hang, which are waited for all the same", async () => {
    const { begun, add } = tasks();
    const late = Promise.withResolvers<string>();
    const hanging = Array.from({ length: 5 }, (_, ordinal) => add(ordinal, async () => await late.promise));
    const next = add(5, async () => "next");
    await vi.advanceTimersByTimeAsync(WORKFLOW.slotMs - 1);
    expect(begun).not.toContain(5);
    await vi.advanceTimersByTimeAsync(1);
    expect(await next).toBe("next");
    late.resolve("late");
    expect(await Promise.all(hanging)).toEqual(["late", "late", "late", "late", "late"]);
  });

  test("pass an error on, be it early or late", async () => {
    const { add } = tasks();
    const late = Promise.withResolvers<never>();
    const errors = [add(0, async () => await Promise.reject(new Error("early"))), add(1, async () => await late.promise)].map(
      messageOfRejection,
    );
    await vi.advanceTimersByTimeAsync(2 * WORKFLOW.slotMs);
    late.reject(new Error("late"));
    expect(await Promise.all(errors)).toEqual(["early", "late"]);
  });

  test("that all hang let a thousand tasks begin in some 200 seconds, and never more than fifty at once until they are given up", async () => {
    const { begun, add } = tasks();
    let open = 0;
    let most = 0;
    const giveUp = async () => {
      open += 1;
      most = Math.max(most, open);
      await messageOfRejection(engineAnswer(silence()));
      open -= 1;
    };
    const all = Promise.all(Array.from({ length: 1_000 }, (_, ordinal) => add(ordinal, giveUp)));
    await vi.advanceTimersByTimeAsync(210_000);
    await all;
    expect([begun.length, open]).toEqual([1_000, 0]);
    expect(most).toBeLessThanOrEqual((WORKFLOW.callsAtOnce * WORKFLOW.answerMs) / WORKFLOW.slotMs);
  });
});
