import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { noAnswer, withTimeLimit } from "../../../src/platform/time-limit.ts";
import { messageOfRejection } from "../support/message-of.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const silence = new Promise<never>(() => undefined);
const given = () => "given up";

describe("a call with a time limit", () => {
  test("that is answered in time is what was answered, and leaves no timer behind", async () => {
    expect(await withTimeLimit(Promise.resolve("answer"), 1_000, given)).toBe("answer");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that fails in time fails as it does, and leaves no timer behind", async () => {
    const failing = withTimeLimit(Promise.reject(new Error("refused")), 1_000, given);
    expect(await messageOfRejection(failing)).toBe("refused");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that is not answered ends with what its silence means, at its limit and not before", async () => {
    let ended: unknown;
    const limited = withTimeLimit<unknown>(silence, 1_000, given).then((result) => (ended = result));
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(await limited).toBe("given up");
  });

  test("throws what its silence throws", async () => {
    const limited = messageOfRejection(
      withTimeLimit(silence, 30_000, () => {
        throw noAnswer("D1", 30_000);
      }),
    );
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await limited).toBe("D1 gave no answer within 30000 ms");
  });

  test("that fails after its limit harms nobody", async () => {
    const call = Promise.withResolvers<never>();
    const limited = withTimeLimit<unknown>(call.promise, 1_000, given);
    await vi.advanceTimersByTimeAsync(1_000);
    call.reject(new Error("too late"));
    expect(await limited).toBe("given up");
  });
});
