import { describe, expect, test } from "vitest";
import { faultCode } from "../../../../schema/faults.ts";
import { EMIT } from "../../../../schema/limits.ts";
import { byteLength } from "../../../../src/domain/base/byte-length.ts";
import { parseEmit } from "../../../../src/domain/emit/parse-emit.ts";
import { messageOf } from "../../support/message-of.ts";

const BOUNDS = { maxEvents: EMIT.maxEvents, maxBytes: EMIT.maxCallBytes };
const good = { type: "order.placed", data: { total: 0 } };

const parse = (...inputs: unknown[]) => parseEmit(inputs, BOUNDS);
/** What is said of an event that stands third in a call. */
const faultOf = (input: unknown) => messageOf(() => parse(good, good, input));

describe("an event is accepted", () => {
  test("with its body as value and as text", () => {
    expect(parse(good)).toEqual([{ type: "order.placed", data: { total: 0 }, dataText: '{"total":0}' }]);
  });

  test("with every attribute, times as dates", () => {
    const causedBy = { correlationId: "e0", causationId: "e0-0", depth: 0 };
    const input = { ...good, source: "shop", subject: "42", key: "k", delay: "0s", time: "2026-11-21T12:00:00+02:00", causedBy };
    expect(parse(input, { ...good, at: new Date(5) })).toEqual([
      {
        ...good,
        dataText: '{"total":0}',
        source: "shop",
        subject: "42",
        key: "k",
        delay: "0s",
        time: new Date("2026-11-21T10:00:00Z"),
        causedBy,
      },
      { ...good, dataText: '{"total":0}', at: new Date(5) },
    ]);
  });

  test.each<[data: unknown, text: string]>([
    [null, "null"],
    [0, "0"],
    ["", '""'],
    [false, "false"],
    [[], "[]"],
    [{ a: 0, b: "", c: false, d: null }, '{"a":0,"b":"","c":false,"d":null}'],
  ])("with %j as its whole body", (data, text) => {
    expect(parse({ type: "a", data })).toEqual([{ type: "a", data, dataText: text }]);
  });

  test("without members that are undefined, as it will be read back", () => {
    const [event] = parse({ type: "a", data: { a: undefined, b: [{ c: undefined, d: 0 }] }, source: undefined, key: undefined });
    expect(event?.dataText).toBe('{"b":[{"d":0}]}');
    expect(event?.data).toStrictEqual({ b: [{ d: 0 }] });
    expect(event?.source).toBeUndefined();
  });

  test("without data, which null is not", () => {
    const [none, given, valued] = parse({ type: "a" }, { type: "a", data: undefined }, { type: "a", data: null });
    expect(none).toMatchObject({ data: undefined, dataText: "" });
    expect(given).toMatchObject({ data: undefined, dataText: "" });
    expect(valued).toMatchObject({ data: null, dataText: "null" });
  });

  test("with null for what is not given, as the JSON format of CloudEvents has it", () => {
    const fields = ["source", "subject", "time", "key", "delay", "at", "extensions", "causedBy"];
    expect(parse({ ...good, ...Object.fromEntries(fields.map((name) => [name, null])) })).toEqual(parse(good));
  });

  test("with NUL and lone surrogates in its data", () => {
    const data = { "a\0": "\ud800", list: ["\udc00\0"] };
    expect(parse({ type: "a", data })).toMatchObject([{ data, dataText: JSON.stringify(data) }]);
  });

  test("with a subject and a source of 1,024 bytes", () => {
    const long = "é".repeat(512);
    expect(parse({ ...good, subject: long, source: long })).toMatchObject([{ subject: long, source: long }]);
  });

  test.each(["a", "A-b_c.9", "a.b.c", "x".repeat(255), "0", ".", "a.", ".a", "a..b", "a b", "a/b", "é", "注文.出荷", "😀"])(
    "of type %s",
    (type) => {
      expect(parse({ type, data: 0 })).toMatchObject([{ type }]);
    },
  );

  test.each(["", " ", " a", "a\u00a0", "*", "order.*", "a*b", "a\nb", "a\u0085b", "a\ufffeb", "a\ud800", "x".repeat(256)])(
    "but not of type %j",
    (type) => {
      expect(messageOf(() => parse({ type, data: 0 }))).toMatch(/^\(event\.invalid\) Event 0: type: /);
    },
  );
});

describe("a fault names the event, the field and what to do", () => {
  const TIME = 'expected a time such as "2026-11-21T10:00:00Z"';
  const DURATION = 'expected a duration such as "30s", "15 minutes" or "7 days"';
  const TEXT = "holds a control character, a noncharacter or a lone surrogate";
  const FIELDS = "(allowed: type, data, source, subject, time, key, delay, at, extensions, causedBy)";
  const cause = { correlationId: "e", causationId: "e-0", depth: 0 };

  test.each<[what: string, input: unknown, message: string]>([
    ["nothing", undefined, "(event.invalid) Event 2: expected an object, it is missing."],
    ["null", null, "(event.invalid) Event 2: expected an object."],
    ["text", "order.placed", "(event.invalid) Event 2: expected an object."],
    ["a list", [good], "(event.invalid) Event 2: expected an object."],
    ["no type", { data: 0 }, "(event.invalid) Event 2: type: expected a string, it is missing."],
    ["a type that is null", { type: null, data: 0 }, "(event.invalid) Event 2: type: expected a string."],
    ["a type with a space behind", { type: "a ", data: 0 }, "(event.invalid) Event 2: type: begins or ends with white space."],
    [
      "a glob as a type",
      { type: "order.*", data: 0 },
      '(event.invalid) Event 2: type: holds a "*", which stands for any text in the globs of routes.',
    ],
    ["a type of two lines", { type: "a\nb", data: 0 }, `(event.invalid) Event 2: type: ${TEXT}.`],
    ["a long type", { type: "x".repeat(256), data: 0 }, "(event.invalid) Event 2: type: must be at most 255 characters long."],
    ["misspelt data", { type: "a", date: {} }, `(event.invalid) Event 2: unknown field "date"; did you mean "data"? ${FIELDS}.`],
    ["a misspelt field", { ...good, subjct: "1" }, `(event.invalid) Event 2: unknown field "subjct"; did you mean "subject"? ${FIELDS}.`],
    ["an empty source", { ...good, source: "" }, "(event.invalid) Event 2: source: must be at least 1 character long."],
    ["a long subject", { ...good, subject: "é".repeat(513) }, "(event.invalid) Event 2: subject: must be at most 1024 bytes of UTF-8."],
    ["a subject with NUL", { ...good, subject: "a\0" }, `(event.invalid) Event 2: subject: ${TEXT}.`],
    ["a long key", { ...good, key: "x".repeat(513) }, "(event.invalid) Event 2: key: must be at most 512 characters long."],
    ["a key with NUL", { ...good, key: "a\0" }, "(event.invalid) Event 2: key: holds a NUL character or a lone surrogate."],
    ["a source with half a character", { ...good, source: "\ud800" }, `(event.invalid) Event 2: source: ${TEXT}.`],
    ["a key that is a number", { ...good, key: 5 }, "(event.invalid) Event 2: key: expected a string."],
    ["a time in words", { ...good, time: "yesterday" }, `(event.invalid) Event 2: time: ${TIME}.`],
    ["a time without a zone", { ...good, time: "2026-11-21T10:00:00" }, `(event.invalid) Event 2: time: ${TIME}.`],
    ["a day that is none", { ...good, time: "2026-02-30T10:00:00Z" }, `(event.invalid) Event 2: time: ${TIME}.`],
    ["a time that is a number", { ...good, time: 0 }, "(event.invalid) Event 2: time: expected an RFC 3339 time or a Date."],
    ["a date that is none", { ...good, time: new Date(Number.NaN) }, "(event.invalid) Event 2: time: expected an RFC 3339 time or a Date."],
    ["at in words", { ...good, at: "soon" }, `(delay.invalid) Event 2: at: ${TIME}.`],
    ["a malformed delay", { ...good, delay: "soon" }, `(delay.invalid) Event 2: delay: ${DURATION}.`],
    ["a delay that is a number", { ...good, delay: 0 }, `(delay.invalid) Event 2: delay: ${DURATION}.`],
    ["a delay of more than a year", { ...good, delay: "366 days" }, "(delay.invalid) Event 2: delay: must be at most 365 days."],
    [
      "a delay that would be none",
      { ...good, delay: "0.4ms" },
      '(delay.invalid) Event 2: delay: is shorter than a millisecond; say "0s" for none.',
    ],
    ["delay and at", { ...good, delay: "0s", at: new Date(0) }, "(delay.invalid) Event 2: pass either delay or at, not both."],
    [
      "an empty cause",
      { ...good, causedBy: {} },
      "(event.invalid) Event 2: causedBy.correlationId: expected a string, it is missing; causedBy.causationId: expected a string, it is missing; causedBy.depth: expected a number, it is missing.",
    ],
    [
      "a cause of negative depth",
      { ...good, causedBy: { ...cause, depth: -1 } },
      "(event.invalid) Event 2: causedBy.depth: must be at least 0.",
    ],
    [
      "a cause that is no id",
      { ...good, causedBy: { ...cause, correlationId: "e 1" } },
      "(event.invalid) Event 2: causedBy.correlationId: expected an id: pass delivery.cause as it is.",
    ],
    [
      "a cause of endless length",
      { ...good, causedBy: { ...cause, causationId: "e".repeat(101) } },
      "(event.invalid) Event 2: causedBy.causationId: expected an id: pass delivery.cause as it is.",
    ],
    [
      "a loop",
      { ...good, causedBy: { ...cause, depth: 32 } },
      "(chain.too_deep) Event 2 would be 33 causes deep; the limit is 32. Something emits in a loop.",
    ],
    [
      "several things",
      { type: 5, data: 0, key: "" },
      "(event.invalid) Event 2: type: expected a string; key: must be at least 1 character long.",
    ],
    [
      "NaN",
      { type: "a", data: { items: [{ price: Number.NaN }] } },
      "(payload.not_json) Event 2: data.items[0].price is NaN, which JSON cannot hold.",
    ],
    ["too many levels", { type: "a", data: deep(257) }, "(payload.too_deep) Event 2: is nested deeper than 256 levels."],
  ])("%s", (_, input, message) => {
    expect(faultOf(input)).toBe(message);
    expect(faultCode(new Error(faultOf(input)))).toBeDefined();
  });

  test("the longest ids of a cause are accepted", () => {
    expect(
      parse({
        ...good,
        causedBy: { ...cause, correlationId: "e".repeat(100), causationId: "019aa5c8-7f00-7abc-8def-0123456789ab-24999-r9" },
      }),
    ).toHaveLength(1);
  });

  test("the last link of a chain is accepted", () => {
    expect(parse({ ...good, causedBy: { ...cause, depth: 31 } })).toHaveLength(1);
  });

  test("the first bad event is named", () => {
    expect(messageOf(() => parse(good, { ...good, type: "" }, { ...good, key: 5 }))).toMatch(/^\(event\.invalid\) Event 1: type: /);
  });

  test("no payload is repeated in a fault", () => {
    const secret = "5105105105105100";
    const inputs = [
      { type: secret.repeat(20), data: 0 },
      { type: "a", data: 0, source: `${secret}\0` },
      { type: "a", data: 0, extensions: { card: `${secret}\0` } },
      { type: "a", data: { card: secret, at: 5n } },
      { type: "a", data: `${secret}${"x".repeat(EMIT.maxEventBytes)}` },
      { type: "a", data: 0, time: secret },
      { type: "a", data: 0, delay: secret },
    ];
    for (const input of inputs) expect(faultOf(input)).not.toContain(secret);
  });
});

describe("an event is at most 1 MiB", () => {
  /** Bytes that are left for text as the whole body, beside its quotes and the attributes as JSON. */
  const roomBeside = (attributes: object) => EMIT.maxEventBytes - byteLength(JSON.stringify(attributes)) - byteLength('""');
  const room = roomBeside({ type: "a" });

  test("to the byte", () => {
    expect(parse({ type: "a", data: "x".repeat(room) })).toHaveLength(1);
    expect(faultOf({ type: "a", data: "x".repeat(room + 1) })).toBe(
      "(payload.too_large) Event 2 is 1 MiB (1048577 bytes); the limit is 1 MiB.",
    );
  });

  test("in bytes of UTF-8, not in characters", () => {
    const fits = "é".repeat(Math.floor(room / 2)) + "x".repeat(room % 2);
    expect(parse({ type: "a", data: fits })).toHaveLength(1);
    expect(faultOf({ type: "a", data: `${fits}x` })).toMatch(/^\(payload\.too_large\) Event 2 is 1 MiB \(1048577 bytes\)/);
    expect(faultOf({ type: "a", data: "日".repeat(400_000) })).toMatch(
      /^\(payload\.too_large\) Event 2 is 1\.14 MiB \(12000\d\d bytes\); the limit is 1 MiB\.$/,
    );
  });

  test("with what JSON adds: an escape is six bytes", () => {
    expect(faultOf({ type: "a", data: "\u0001".repeat(200_000) })).toMatch(
      /^\(payload\.too_large\) Event 2 is 1\.14 MiB \(12000\d\d bytes\)/,
    );
  });

  test("attributes included", () => {
    const attributes = { type: "a", source: "s", subject: "t", key: "k" };
    const data = "x".repeat(roomBeside(attributes));
    expect(parse({ ...attributes, data })).toHaveLength(1);
    for (const longer of [{ key: "kk" }, { subject: "tt" }, { source: "é" }, { type: "aa" }]) {
      expect(faultOf({ ...attributes, ...longer, data })).toMatch(/^\(payload\.too_large\) Event 2 is /);
    }
  });

  test("and what is far larger is refused before it is written out", () => {
    expect(faultOf({ type: "a", data: Array.from({ length: 100 }, () => "x".repeat(1024 ** 2)) })).toMatch(
      /^\(payload\.too_large\) Event 2 is .*; the limit is 1 MiB\.$/,
    );
  });

  test("a member that is undefined is not stored with it", () => {
    const data = { a: "x".repeat(roomBeside({ type: "a" }) - byteLength('{"a":}')), b: undefined };
    expect(parse({ type: "a", data })).toHaveLength(1);
  });
});

describe("a call", () => {
  test("has at least one event", () => {
    expect(messageOf(() => parse())).toBe("(batch.empty) No event was passed; pass at least one.");
  });

  test("has at most 1,000", () => {
    const many = Array.from({ length: 1_000 }, () => good);
    expect(parse(...many)).toHaveLength(1_000);
    expect(messageOf(() => parse(...many, good))).toBe("(batch.too_large) 1001 events were passed; the limit is 1000 a call.");
  });

  const sizeOf = ({ data, ...attributes }: { type: string; data: unknown }) =>
    byteLength(JSON.stringify(data)) + byteLength(JSON.stringify(attributes));
  const small = { type: "a", data: 0 };

  test("is at most 16 MiB, to the byte", () => {
    const largest = { type: "a", data: "x".repeat(EMIT.maxEventBytes - sizeOf({ type: "a", data: "" })) };
    expect(sizeOf(largest)).toBe(EMIT.maxEventBytes);
    const full = Array.from({ length: 16 }, () => largest);
    expect(parse(...full)).toHaveLength(16);
    expect(messageOf(() => parse(...full, small))).toBe(
      "(batch.too_large) The events of this call exceed 16 MiB at event 16; emit them in several calls.",
    );
  });

  test("may have bounds of its own, as a reply has", () => {
    const bounds = { maxEvents: 2, maxBytes: 2 * sizeOf(small) };
    expect(parseEmit([small, small], bounds)).toHaveLength(2);
    expect(messageOf(() => parseEmit([small, { ...small, data: 10 }], bounds))).toMatch(
      /^\(batch\.too_large\) The events of this call exceed .* at event 1;/,
    );
    expect(messageOf(() => parseEmit([small, small, small], bounds))).toBe(
      "(batch.too_large) 3 events were passed; the limit is 2 a call.",
    );
  });
});

function deep(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}
