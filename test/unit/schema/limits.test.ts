import { describe, expect, test } from "vitest";
import { BATCH } from "../../../schema/deployment.ts";
import {
  AUDIT,
  CHECK,
  CONFIG,
  D1,
  DAY_MS,
  EMIT,
  HOUR_MS,
  MINUTE_MS,
  POLICY,
  QUEUE,
  READ,
  REPLY,
  SECOND_MS,
  WORKFLOW,
} from "../../../schema/limits.ts";
import { byteLength } from "../../../src/domain/base/byte-length.ts";
import { parseEmit } from "../../../src/domain/emit/parse-emit.ts";
import { planEmit } from "../../../src/domain/emit/plan-emit.ts";
import { rowText } from "../../../src/store/d1/row-parameter.ts";
import { routingOf } from "../support/routing.ts";

const MiB = 1024 ** 2;

/** What the platform says, as PLATFORM facts were read: a change here is a change of theirs. */
const PLATFORM = {
  rpcBytes: 32 * MiB,
  d1StringBytes: 2_000_000,
  stepResultBytes: MiB,
  sendBatchMessages: 100,
  sendBatchBytes: 256_000,
  createBatchInstances: 100,
  stepRetries: 10_000,
  sleepMs: 365 * 24 * 60 * 60 * 1_000,
  variableBytes: 5_000,
  subrequests: 10_000,
  afterReplyMs: 30_000,
  consumerMs: 15 * MINUTE_MS,
} as const;

/** Tasks that a batch may have with the engine: a look and a repair of each dispatch that its messages name. */
const TASKS = BATCH.messages * QUEUE.idsPerMessage;

/** What one task may take at most: three calls to the engine after a look, and three to the database. */
const TASK_MS = 4 * WORKFLOW.answerMs + 3 * D1.answerMs;

describe("what we promise is within what the platform gives", () => {
  test.each<[what: string, ours: number, theirs: number]>([
    ["bytes of a call", EMIT.maxCallBytes, PLATFORM.rpcBytes],
    ["bytes of a parameter", D1.maxParameterBytes, PLATFORM.d1StringBytes],
    ["bytes of a reply", REPLY.maxBytes, PLATFORM.stepResultBytes],
    ["messages of a send", QUEUE.maxBatchMessages, PLATFORM.sendBatchMessages],
    ["bytes of a send", QUEUE.maxBatchBytes, PLATFORM.sendBatchBytes],
    ["instances of a creation", WORKFLOW.maxBatchInstances, PLATFORM.createBatchInstances],
    ["retries of a step", WORKFLOW.maxStepRetries, PLATFORM.stepRetries],
    ["time of a sleep", EMIT.maxDelayMs, PLATFORM.sleepMs],
    ["bytes of a configuration binding", CONFIG.maxBindingBytes, PLATFORM.variableBytes],
    ["calls for the runs of an audited piece", 2 * AUDIT.dispatches, PLATFORM.subrequests],
    ["time of a send after the reply", QUEUE.answerMs, PLATFORM.afterReplyMs],
    ["time of a batch at an engine that says nothing", (TASKS / WORKFLOW.callsAtOnce) * WORKFLOW.slotMs + TASK_MS, PLATFORM.consumerMs],
    ["runs a sweep puts in one send", CHECK.sweepPage / QUEUE.idsPerMessage, PLATFORM.sendBatchMessages],
  ])("%s: %d of %d", (_, ours, theirs) => {
    expect(ours).toBeGreaterThan(0);
    expect(ours).toBeLessThanOrEqual(theirs);
  });

  test("the largest event, with the longest attributes, is stored in one parameter", () => {
    const long = '"'.repeat(EMIT.maxAttributeBytes);
    const extensions = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`ext${index}`, '"'.repeat(500)]));
    const key = "\u0001".repeat(EMIT.maxKeyLength);
    const attributes = { type: '"'.repeat(EMIT.maxTypeLength), source: long, subject: long, key, extensions };
    const room = EMIT.maxEventBytes - byteLength(JSON.stringify(attributes)) - byteLength('""');
    const accepted = parseEmit([{ ...attributes, data: "x".repeat(room) }], { maxEvents: 1, maxBytes: EMIT.maxCallBytes });
    const routing = routingOf({ destinations: {}, routes: [] });
    const { events } = planEmit({ accepted, ids: ["e1"], routing, configVersion: "v".repeat(64), maxDispatches: 0, now: 0 });
    const [row] = events.map(({ data, ...columns }) => rowText(columns, { name: "data", text: data }));
    expect(byteLength(`[${row}]`)).toBeGreaterThan(EMIT.maxEventBytes);
    expect(byteLength(`[${row}]`)).toBeLessThan(D1.maxParameterBytes);
  });
});

test("what is documented is what holds", () => {
  expect([SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS]).toEqual([1_000, 60_000, 3_600_000, 86_400_000]);
  expect(EMIT).toMatchObject({
    maxEvents: 1_000,
    maxCallBytes: 16 * MiB,
    maxEventBytes: MiB,
    maxDepth: 256,
    maxTypeLength: 255,
    maxAttributeBytes: 1024,
    maxExtensions: 30,
    maxExtensionsBytes: 4096,
    maxChainDepth: 32,
  });
  expect(REPLY).toMatchObject({ maxEvents: 100, maxBytes: 512 * 1024 });
  expect(POLICY).toMatchObject({ maxTimeoutMs: 15 * MINUTE_MS, maxRetries: 1_000 });
  expect(CHECK).toMatchObject({
    graceMs: MINUTE_MS,
    sweptMs: 2 * MINUTE_MS,
    heldMs: 10 * MINUTE_MS,
    firstPaceMs: MINUTE_MS,
    maxPaceMs: HOUR_MS,
    maxRecoveries: 5,
    giveUpMs: DAY_MS,
  });
  expect(CHECK.sweepPage * CHECK.sweepPages).toBe(3_000);
  expect(READ).toMatchObject({ defaultPage: 50, maxPage: 200 });
  expect(2 * READ.scanRows).toBe(2_000);
});
