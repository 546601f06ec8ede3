import { describe, expect, test } from "vitest";
import type { CallerProps } from "../../../../schema/contract/caller.ts";
import { parseCaller, sourceOf } from "../../../../src/domain/emit/caller.ts";
import { messageOf } from "../../support/message-of.ts";

describe("what a binding says of its caller", () => {
  test.each<[props: unknown, caller: CallerProps]>([
    [undefined, {}],
    [null, {}],
    [{}, {}],
    [{ source: "shop" }, { source: "shop" }],
    [{ sources: "any" }, { sources: "any" }],
    [
      { source: "gateway", sources: ["/sensors/1", "/sensors/2"] },
      { source: "gateway", sources: ["/sensors/1", "/sensors/2"] },
    ],
  ])("%j is read", (props, caller) => {
    expect(parseCaller(props)).toEqual(caller);
  });

  test.each<[props: unknown, said: RegExp]>([
    [{ source: 5 }, /source: expected a string/],
    [{ source: "" }, /source: must be at least 1 character/],
    [{ sources: "all" }, /sources: expected "any"/],
    [{ sources: 5 }, /sources: expected "any"/],
    [{ sources: [] }, /sources: must be at least 1 entry/],
    [{ sources: ["shop", 5] }, /sources\.1: expected a string/],
    [{ soruce: "shop" }, /unknown field "soruce"; did you mean "source"\?/],
    ["shop", /expected an object/],
  ])("%j is refused with its place, so that nobody emits under a name that was not meant", (props, said) => {
    expect(messageOf(() => parseCaller(props))).toMatch(/^\(binding\.invalid\) props of the caller's service binding/);
    expect(messageOf(() => parseCaller(props))).toMatch(said);
  });
});

describe("whose an event is", () => {
  test.each<[caller: CallerProps, said: string | undefined, source: string | undefined]>([
    [{}, "said", "said"],
    [{}, undefined, undefined],
    [{ source: "gateway" }, "said", "gateway"],
    [{ source: "gateway" }, undefined, "gateway"],
    [{ sources: "any" }, "said", "said"],
    [{ sources: "any" }, undefined, undefined],
    [{ source: "gateway", sources: "any" }, "said", "said"],
    [{ source: "gateway", sources: "any" }, undefined, "gateway"],
    [{ sources: ["a", "b"] }, "b", "b"],
    [{ sources: ["a", "b"] }, undefined, undefined],
    [{ source: "gateway", sources: ["a"] }, "a", "a"],
    [{ source: "gateway", sources: ["a"] }, "gateway", "gateway"],
    [{ source: "gateway", sources: ["a"] }, undefined, "gateway"],
  ])("by a binding with %j, for an event that says %j: %j", (caller, said, source) => {
    expect(sourceOf(said, caller, 0)).toBe(source);
  });

  test("a source that the binding does not allow is refused by the place of its event, with those that it does", () => {
    expect(messageOf(() => sourceOf("sensor", { source: "gateway", sources: ["sensors"] }, 7))).toBe(
      '(source.forbidden) Event 7: the binding may not emit for source "sensor"; did you mean "sensors"? (allowed: gateway, sensors).',
    );
  });

  test("a refusal is short, however long and many the sources are", () => {
    const sources = Array.from({ length: 5_000 }, (_, number) => `s${number}`);
    expect(messageOf(() => sourceOf("x".repeat(512), { sources }, 0)).length).toBeLessThan(1_000);
  });
});
