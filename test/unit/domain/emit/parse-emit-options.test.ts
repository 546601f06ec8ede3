import { describe, expect, test } from "vitest";
import { parseEmitOptions, refuseKeys } from "../../../../src/domain/emit/parse-emit-options.ts";
import { messageOf } from "../../support/message-of.ts";

describe("options of emit", () => {
  test("may be absent: nothing is queued", () => {
    for (const options of [undefined, null, {}, { allowQueued: undefined }, { allowQueued: false }]) {
      expect(parseEmitOptions(options)).toEqual({ allowQueued: false });
    }
  });

  test("allow an emit to be queued", () => {
    expect(parseEmitOptions({ allowQueued: true })).toEqual({ allowQueued: true });
  });

  test.each<[options: unknown, problem: string]>([
    [{ allowQueue: true }, 'unknown field "allowQueue"; did you mean "allowQueued"?'],
    [{ allowQueued: "true" }, "allowQueued: expected "],
    [{ allowQueued: 1 }, "allowQueued: expected "],
    [{ allowQueued: null }, "allowQueued: expected "],
    ["allowQueued", "expected an object"],
    [true, "expected an object"],
    [[], "expected an object"],
  ])("are refused when they say %j: what was meant would be ignored", (options, problem) => {
    expect(messageOf(() => parseEmitOptions(options)).startsWith(`(options.invalid) Options: ${problem}`)).toBe(true);
  });
});

describe("events that may be queued", () => {
  const event = { type: "order.placed", data: {} };
  const accepted = (...keys: (string | undefined)[]) =>
    keys.map((key) => ({ ...event, key })) as unknown as Parameters<typeof refuseKeys>[0];

  test("have no key", () => {
    expect(() => refuseKeys(accepted())).not.toThrow();
    expect(() => refuseKeys(accepted(undefined, undefined))).not.toThrow();
  });

  test("the first with a key is named, whichever it is and whatever the key", () => {
    const text = (index: number) => `(key.not_queueable) Event ${index} has a key: with allowQueued, emit events without one.`;
    expect(messageOf(() => refuseKeys(accepted("k")))).toBe(text(0));
    expect(messageOf(() => refuseKeys(accepted(undefined, undefined, "0", "k")))).toBe(text(2));
  });
});
