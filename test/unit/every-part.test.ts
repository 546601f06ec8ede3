import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { everyPart } from "../../src/every-part.ts";
import { messageOfRejection } from "./support/message-of.ts";

describe("the parts of the cron", () => {
  let logged: { door: string; part: string; message: string }[] = [];
  beforeEach(() => {
    logged = [];
    vi.spyOn(console, "error").mockImplementation((line: string) => void logged.push(JSON.parse(line)));
  });
  afterEach(() => void vi.restoreAllMocks());

  const failing = (message: string) => async () => await Promise.reject(new Error(message));

  test("that all succeed say nothing", async () => {
    await everyPart({ one: async () => undefined, two: async () => undefined });
    expect(logged).toEqual([]);
  });

  test("each do their work, whichever of them fail, and each failure is logged and named", async () => {
    const done: string[] = [];
    const ending = everyPart({ one: failing("first"), two: async () => void done.push("two"), three: failing("third") });
    expect(await messageOfRejection(ending)).toBe("one: first; three: third");
    expect(done).toEqual(["two"]);
    expect(logged.map(({ door, part, message }) => [door, part, message])).toEqual([
      ["scheduled", "one", "first"],
      ["scheduled", "three", "third"],
    ]);
  });

  test("do not wait for one that hangs", async () => {
    const done: string[] = [];
    void everyPart({ one: async () => await new Promise(() => undefined), two: async () => void done.push("two") });
    await Promise.resolve();
    expect(done).toEqual(["two"]);
  });
});
