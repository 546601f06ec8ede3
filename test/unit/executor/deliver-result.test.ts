import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SettledStatus, STATUSES } from "../../../schema/contract/statuses.ts";
import { CONFIG, REPLY } from "../../../schema/limits.ts";
import { byteLength } from "../../../src/domain/base/byte-length.ts";
import { parseEmit } from "../../../src/domain/emit/parse-emit.ts";
import { planEmit } from "../../../src/domain/emit/plan-emit.ts";
import { handOver, readDeliverResult, resultOf } from "../../../src/executor/deliver-result.ts";
import { document } from "../support/json.ts";
import { policyOf } from "../support/policies.ts";
import { routingOf } from "../support/routing.ts";
import { dispatchRow, eventRow } from "../support/rows.ts";

type AttemptRecord = Parameters<typeof handOver>[0];

/** What a step may return (workflows/reference/limits). */
const STEP_RESULT_BYTES = 1024 ** 2;

const recordOf = (given: Partial<AttemptRecord> = {}): AttemptRecord => ({
  dispatchId: "e1-0",
  attempt: 1,
  nonce: "n",
  outcome: "complete",
  startedAt: 0,
  finishedAt: 1,
  error: null,
  next: { status: "complete", reason: null },
  followUps: { events: [], dispatches: [] },
  config: null,
  ...given,
});

const configOf = (body: string) => ({ version: "v".repeat(64), body, firstSeenAt: 1 });

/** Of so many characters. */
const configOfLength = (length: number) => configOf(JSON.stringify("x".repeat(length - '""'.length)));

describe("what the deliver step ends with is read back", () => {
  test.each([...STATUSES.filter((status): status is SettledStatus => status !== "ongoing"), "gone" as const])(
    "a run that ends %s",
    (status) => {
      expect(readDeliverResult(resultOf(status))).toEqual({ status });
    },
  );

  test("a record without follow-ups", () => {
    const record = recordOf({ error: { name: "Failed", message: '"' }, next: { status: "ongoing", reason: "", dueAt: 0, checkAt: 1 } });
    expect(readDeliverResult(handOver(record))).toEqual({ unrecorded: record });
  });

  test("a record with follow-ups, to the letter: it may be written twice, once from here", () => {
    fc.assert(
      fc.property(fc.array(document, { maxLength: 4 }), document, (bodies, config) => {
        const events = bodies.map((data, index) => eventRow({ id: `e${index}`, data: JSON.stringify(data), key: "k", source: "s" }));
        events.push(eventRow({ id: "bare", data: "" }), eventRow({ id: "extended", extensions: '{"traceparent":"\\"","count":0}' }));
        const dispatches = bodies.map((_, index) =>
          dispatchRow({ id: `e${index}-0`, eventId: `e${index}`, policy: JSON.stringify(policyOf()) }),
        );
        const record = recordOf({ followUps: { events, dispatches }, config: configOf(JSON.stringify(config)) });
        expect(readDeliverResult(handOver(record))).toEqual({ unrecorded: record });
      }),
    );
  });

  test("a record of before events had extensions", () => {
    const record = recordOf({ followUps: { events: [eventRow()], dispatches: [] } });
    const older = handOver(record).replace('"extensions":null', '"region":"eu"');
    expect(readDeliverResult(older)).toMatchObject({ unrecorded: { followUps: { events: [{ id: "e1", extensions: null }] } } });
  });

  test.each([
    ["of 100,000 bytes goes with the record", 100_000, true],
    ["that is larger stays behind, and nothing else does", 100_001, false],
  ])("a configuration %s", (_, length, travels) => {
    const record = recordOf({ followUps: { events: [eventRow()], dispatches: [dispatchRow()] }, config: configOfLength(length) });
    expect(record.config?.body).toHaveLength(length);
    expect(readDeliverResult(handOver(record))).toEqual({ unrecorded: travels ? record : { ...record, config: null } });
  });

  test("a configuration is written as JSON in JSON: its quotes do not grow", () => {
    const config = configOf(JSON.stringify(Array.from({ length: 10_000 }, () => "")));
    expect(handOver(recordOf({ config })).length).toBeLessThan(config.body.length + 1_000);
  });
});

test.each([
  ["which is not carried", null],
  ["of letters", configOfLength(100_000)],
  ["of signs of three bytes", configOf(JSON.stringify("\u20ac".repeat(33_332)))],
])("a record with the largest reply, owed to as many as it may be, and a configuration %s, fits in a step result", (_, config) => {
  const name = (index: number) => `${index}`.padStart(CONFIG.maxNameLength, "n");
  const perEvent = REPLY.maxDispatches / REPLY.maxEvents;
  const destinations = Object.fromEntries(Array.from({ length: perEvent }, (_, index) => [name(index), { worker: "WORKER" }]));
  const routing = routingOf({ destinations, routes: Object.keys(destinations).map((to) => ({ id: to, on: "*", to })) });

  const input = { type: '"'.repeat(255), subject: '"'.repeat(512), key: '"'.repeat(512), extensions: { quoted: '"'.repeat(500) } };
  const room = Math.floor(REPLY.maxBytes / REPLY.maxEvents) - byteLength(JSON.stringify(input)) - byteLength("[]");
  const quotes = Array.from({ length: Math.floor(room / byteLength('"",')) }, () => "");
  const inputs = Array.from({ length: REPLY.maxEvents }, () => ({ ...input, data: quotes }));
  const accepted = parseEmit(inputs, { maxEvents: REPLY.maxEvents, maxBytes: REPLY.maxBytes });

  const id = "019aa5c8-7f00-7abc-8def-0123456789ab";
  const version = "v".repeat(64);
  const followUps = planEmit({
    accepted,
    ids: accepted.map(() => id),
    cause: { correlationId: id, causationId: `${id}-24999-r9`, depth: 31 },
    defaultSource: name(0),
    routing,
    configVersion: version,
    maxDispatches: REPLY.maxDispatches,
    now: Date.UTC(2026, 10, 21),
  });
  expect(followUps.dispatches).toHaveLength(REPLY.maxDispatches);

  const text = handOver(recordOf({ followUps, config }));
  expect(byteLength(text)).toBeGreaterThan(REPLY.maxBytes);
  expect(byteLength(text)).toBeLessThan(STEP_RESULT_BYTES);
});
