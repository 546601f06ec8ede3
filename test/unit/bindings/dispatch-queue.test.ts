import "../support/seed.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { QUEUE } from "../../../schema/limits.ts";
import {
  type DispatchMessage,
  dispatchMessage,
  type EmitMessage,
  type OverdueDispatch,
  type RunParams,
} from "../../../schema/storage/messages.ts";
import { enqueueEmit, enqueueOverdue, enqueueRuns, requeueRuns } from "../../../src/bindings/dispatch-queue.ts";
import { byteLength } from "../../../src/domain/base/byte-length.ts";
import { messageOfRejection } from "../support/message-of.ts";
import { eventRow } from "../support/rows.ts";

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

/** The runs of a message that starts some; nothing else should be on the queue. */
function runsIn(body: DispatchMessage): readonly RunParams[] {
  if (body.kind !== "start") throw new Error(`a message that is no start: ${body.kind}`);
  return body.runs;
}

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
        expect(runsIn(body).length).toBeLessThanOrEqual(100);
        expect(contentType).toBe("json");
        expect(dispatchMessage.parse(JSON.parse(JSON.stringify(body)))).toEqual(body);
      }
    }
    expect(sends.flatMap(({ messages }) => messages.flatMap(({ body }) => runsIn(body)))).toEqual(runs);
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
        expect(sends.flatMap(({ messages }) => messages.flatMap(({ body }) => runsIn(body)))).toEqual(runs);
        for (const send of sends) {
          expect(send.messages.length).toSatisfy((messages: number) => messages > 0 && messages <= 100);
          expect(bytesOf(send)).toBeLessThanOrEqual(240_000);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("dispatches to be looked at on the queue", () => {
  const overdueOf = (count: number): OverdueDispatch[] =>
    Array.from({ length: count }, (_, index) => ({ id: `019aa5c8-7f00-7abc-8def-0123456789ab-${index}`, checkAt: index }));

  test.each([0, 1, 100, 101, 10_000])("%d go a hundred a message and in order, each with the moment the sweep set", async (count) => {
    const { queue, sends } = recordingQueue();
    const overdue = overdueOf(count);
    await enqueueOverdue(queue, overdue);
    const bodies = sends.flatMap(({ messages }) => messages.map(({ body }) => body));
    expect(bodies.flatMap((body) => (body.kind === "reconcile" ? body.dispatches : []))).toEqual(overdue);
    expect(bodies).toHaveLength(Math.ceil(count / 100));
    for (const body of bodies) expect(dispatchMessage.parse(JSON.parse(JSON.stringify(body)))).toEqual(body);
    for (const send of sends) {
      expect(send.messages.length).toBeLessThanOrEqual(100);
      expect(bytesOf(send)).toBeLessThanOrEqual(240_000);
      expect(send.options).toEqual({});
    }
  });

  test("what the queue refuses is not swallowed", async () => {
    const refusing = { sendBatch: () => Promise.reject(new Error("Too Many Requests")) } as unknown as Queue;
    expect(await messageOfRejection(enqueueOverdue(refusing, overdueOf(1)))).toBe("Too Many Requests");
  });
});

describe("an emit on the queue", () => {
  const emitOf = (data: string): EmitMessage => ({
    kind: "emit",
    plan: { events: [{ ...eventRow({ data }), key: null }], dispatches: [] },
    config: { version: "v1", body: "{}", firstSeenAt: 0 },
  });
  const bare = byteLength(JSON.stringify(emitOf("")));

  test.each([
    ["is one message when it is full to the byte", 0, true],
    ["is not sent when it is one byte longer", 1, false],
  ])("%s", async (_, over, fits) => {
    const { queue, sends } = recordingQueue();
    const message = emitOf("x".repeat(QUEUE.maxMessageBytes - bare + over));
    expect(await enqueueEmit(queue, message)).toBe(fits);
    expect(sends.map(({ messages }) => messages)).toEqual(fits ? [[{ body: message, contentType: "json" }]] : []);
  });

  test("is measured in bytes of the message as it travels: of UTF-8, quotes escaped", async () => {
    const room = QUEUE.maxMessageBytes - bare;
    for (const [text, bytes] of [
      ["日", 3],
      ['"', 2],
      ["\u0001", 6],
    ] as const) {
      const { queue } = recordingQueue();
      const most = Math.floor(room / bytes);
      expect(await enqueueEmit(queue, emitOf(text.repeat(most)))).toBe(true);
      expect(await enqueueEmit(queue, emitOf(text.repeat(most + 1)))).toBe(false);
    }
  });

  test("that the queue refuses is not said to be sent", async () => {
    const refusing = { sendBatch: () => Promise.reject(new Error("Queue is overloaded")) } as unknown as Queue;
    expect(await messageOfRejection(enqueueEmit(refusing, emitOf("1")))).toBe("Queue is overloaded");
  });

  test("leaves room for what the platform adds to a message of 128 KB", () => {
    expect(QUEUE.maxMessageBytes).toBeLessThanOrEqual(128_000 - 100);
  });
});

describe("runs that go back onto the queue", () => {
  const INTERNAL = new Error("Queue sendBatch failed: internal error (15000)");
  const OVERLOADED = new Error("Queue is overloaded. Please back off. (10250)");
  const MANY = 10_000;

  /** A queue whose nth send fails with this error. */
  function failingAt(nth: number, error: Error): Queue {
    let sends = 0;
    return { sendBatch: async () => (++sends === nth ? await Promise.reject(error) : undefined) } as unknown as Queue;
  }

  test("are sent delayed", async () => {
    const { queue, sends } = recordingQueue();
    expect(await requeueRuns(queue, runsOf(101), { delaySeconds: 2 })).toEqual({ outcome: "sent" });
    expect(sends.map(({ messages, options }) => [messages.length, options])).toEqual([[2, { delaySeconds: 2 }]]);
  });

  test("may be none", async () => {
    const { queue, sends } = recordingQueue();
    expect([await requeueRuns(queue, [], { delaySeconds: 2 }), sends]).toEqual([{ outcome: "sent" }, []]);
  });

  test.each<[string, number, Error, "unsent" | "unknown"]>([
    ["were all refused", 1, OVERLOADED, "unsent"],
    ["were refused after some were sent", 2, OVERLOADED, "unknown"],
    ["failed in a way that says nothing", 1, INTERNAL, "unknown"],
    ["failed so after some were sent", 2, INTERNAL, "unknown"],
  ])("that %s are no more known of than that", async (_, nth, error, outcome) => {
    expect(await requeueRuns(failingAt(nth, error), runsOf(MANY), { delaySeconds: 2 })).toEqual({ outcome, error });
  });
});

describe("a queue that says nothing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const silent = { sendBatch: async () => await new Promise(() => undefined) } as unknown as Queue;
  const SAID = "the queue gave no answer within 10000 ms";

  test("is given up after ten seconds, whatever was to be sent", async () => {
    const said = Promise.all([enqueueRuns(silent, runsOf(1)), enqueueOverdue(silent, [{ id: "a", checkAt: 1 }])].map(messageOfRejection));
    const requeued = requeueRuns(silent, runsOf(1), { delaySeconds: 2 });
    await vi.advanceTimersByTimeAsync(QUEUE.answerMs);
    expect(await said).toEqual([SAID, SAID]);
    expect(await requeued).toEqual({ outcome: "unknown", error: new Error(SAID) });
  });
});
