import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QUEUE } from "../../../schema/limits.ts";
import { type DispatchMessage, dispatchMessage, type RunParams } from "../../../schema/messages.ts";
import { enqueueRuns } from "../../../src/bindings/dispatch-queue.ts";
import { byteLength } from "../../../src/domain/byte-length.ts";

interface Send {
  readonly messages: readonly { readonly body: DispatchMessage; readonly contentType: string }[];
  readonly options: unknown;
}

/** A queue that keeps what it is given. */
function recordingQueue(): { queue: Queue; sends: Send[] } {
  const sends: Send[] = [];
  const sendBatch = (messages: Send["messages"], options: unknown) => {
    sends.push({ messages: [...messages], options });
    return Promise.resolve();
  };
  return { queue: { sendBatch } as unknown as Queue, sends };
}

const runsOf = (count: number, id = (index: number) => `019aa5c8-7f00-7abc-8def-0123456789ab-${index}`): RunParams[] =>
  Array.from({ length: count }, (_, index) => ({ id: id(index), dueAt: 1_795_255_200_000 + index }));

/** Bytes as Queues count them, with something for what a message adds. */
const bytesOf = (send: Send) => send.messages.reduce((sum, { body }) => sum + byteLength(JSON.stringify(body)), 0);

async function sent(runs: readonly RunParams[], options?: { delaySeconds?: number }): Promise<Send[]> {
  const { queue, sends } = recordingQueue();
  await enqueueRuns(queue, runs, options);
  return sends;
}

describe("runs on the queue", () => {
  test.each([0, 1, 99, 100, 101, 9_999, 10_000, 10_001, 25_000])("%d runs keep to the limits of a message and of a call", async (count) => {
    const runs = runsOf(count);
    const sends = await sent(runs);
    for (const send of sends) {
      expect(send.messages.length).toBeLessThanOrEqual(100);
      expect(bytesOf(send)).toBeLessThanOrEqual(240_000);
      for (const { body, contentType } of send.messages) {
        expect(body.runs.length).toBeLessThanOrEqual(100);
        expect(contentType).toBe("json");
        expect(dispatchMessage.parse(JSON.parse(JSON.stringify(body)))).toEqual(body);
      }
    }
    expect(sends.flatMap(({ messages }) => messages.flatMap(({ body }) => body.runs))).toEqual(runs);
    expect(sends.flatMap(({ messages }) => messages)).toHaveLength(Math.ceil(count / 100));
  });

  test("nothing to start sends nothing: an empty batch is refused by the platform", async () => {
    expect(await sent([])).toEqual([]);
  });

  test("a call is filled before another is made", async () => {
    const sends = await sent(runsOf(25_000));
    for (const [index, send] of sends.slice(0, -1).entries()) {
      const next = sends[index + 1]?.messages[0];
      const full = send.messages.length === QUEUE.maxBatchMessages;
      expect(full || bytesOf(send) + byteLength(JSON.stringify(next?.body)) > 240_000).toBe(true);
    }
  });

  test("up to a hundred small messages go in a call, and no more", async () => {
    const sends = await sent(runsOf(10_001, (index) => `${index % 10}`).map(({ id }) => ({ id, dueAt: 0 })));
    expect(sends.map(({ messages }) => messages.length)).toEqual([100, 1]);
  });

  test("a call may be full to the byte", async () => {
    const perMessage = QUEUE.maxBatchBytes / 10;
    const bare = byteLength(JSON.stringify({ kind: "start", runs: runsOf(100, () => "").map(({ id }) => ({ id, dueAt: 0 })) }));
    const padding = Array.from({ length: 100 }, (_, index) => Math.floor((perMessage - bare + index) / 100));
    const runs = runsOf(1_100, (index) => "x".repeat(padding[index % 100] ?? 0)).map(({ id }) => ({ id, dueAt: 0 }));
    const sends = await sent(runs);
    expect(sends.map(({ messages }) => messages.length)).toEqual([10, 1]);
    expect(sends.map(bytesOf)).toEqual([QUEUE.maxBatchBytes, perMessage]);
  });

  test("bytes are counted in UTF-8", async () => {
    const sends = await sent(runsOf(2_000, (index) => `${"日".repeat(60)}${index}`));
    expect(sends.length).toBeGreaterThan(1);
    for (const send of sends) expect(bytesOf(send)).toBeLessThanOrEqual(240_000);
  });

  test("a message alone is below what the queue takes", async () => {
    const [send] = await sent(runsOf(100, (index) => `019aa5c8-7f00-7abc-8def-0123456789ab-24999-r${index}`));
    expect(send?.messages).toHaveLength(1);
    expect(send === undefined ? Number.NaN : bytesOf(send)).toBeLessThan(64_000);
  });

  test("a delay is passed on, also one of zero", async () => {
    expect((await sent(runsOf(150), { delaySeconds: 2 })).map(({ options }) => options)).toEqual([{ delaySeconds: 2 }]);
    expect((await sent(runsOf(1), { delaySeconds: 0 })).map(({ options }) => options)).toEqual([{ delaySeconds: 0 }]);
    expect((await sent(runsOf(1))).map(({ options }) => options)).toEqual([{}]);
  });

  test("what the queue refuses is not swallowed", async () => {
    const refusing = { sendBatch: () => Promise.reject(new Error("Too Many Requests")) } as unknown as Queue;
    await expect(enqueueRuns(refusing, runsOf(1))).rejects.toThrow("Too Many Requests");
  });

  test("every run is sent once and in order, however many and however long their ids", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 3_000 }), fc.nat({ max: 400 }), async (count, length) => {
        const runs = runsOf(count, (index) => `${"x".repeat(length)}${index}`);
        const sends = await sent(runs);
        expect(sends.flatMap(({ messages }) => messages.flatMap(({ body }) => body.runs))).toEqual(runs);
        for (const send of sends) {
          expect(send.messages.length).toSatisfy((messages: number) => messages > 0 && messages <= 100);
          expect(bytesOf(send)).toBeLessThanOrEqual(240_000);
        }
      }),
      { numRuns: 30 },
    );
  });
});
