import { describe, expect, it } from "vitest";
import { QUEUE, WORKFLOW } from "../../schema/limits.ts";
import type { DispatchMessage, RunParams } from "../../schema/storage/messages.ts";
import { mulberry32 } from "../mulberry32.ts";
import { consume } from "./support/consume.ts";
import { hangingQueue, within } from "./support/hanging.ts";
import { envWith, storedDispatch } from "./support/hub.ts";
import { keptQueue, refusingQueue } from "./support/kept-queue.ts";
import { notesOf, passTimeToCheck, reconcileMessage, sweptUp } from "./support/reconciling.ts";
import { settled } from "./support/rows.ts";

const RATE = "workflow creation rate limit exceeded (429)";

/** An engine that creates runs but those it is told to refuse, in the way it is told. */
function engine(refuses: (id: string) => string | undefined): { readonly created: string[]; readonly workflow: unknown } {
  const created: string[] = [];
  const createBatch = async ({ instances }: { instances: readonly { id: string }[] }) => {
    const errors = instances.flatMap(({ id }, index) => {
      const message = refuses(id);
      if (message === undefined) created.push(id);
      return message === undefined ? [] : [{ index, id, code: 10000, message }];
    });
    return { created: [], errors };
  };
  return { created, workflow: { createBatch } };
}

const run = (id: string): RunParams => ({ id, dueAt: 0 });
const start = (...ids: string[]) => ({ kind: "start", runs: ids.map(run) });

describe("when the platform limits the rate at which runs are created", () => {
  it("what the messages of a batch were refused goes on in one message, delayed, and they are acknowledged", async () => {
    const kept = keptQueue();
    const delays: unknown[] = [];
    const queue = {
      sendBatch: async (messages: never, options: { delaySeconds?: number }) => {
        delays.push(options.delaySeconds);
        return await kept.queue.sendBatch(messages);
      },
    };
    const { created, workflow } = engine((id) => (id.startsWith("new") ? undefined : RATE));
    const given = envWith({ DISPATCH_WORKFLOW: workflow, DISPATCH_QUEUE: queue });
    const { acked, retried } = await consume([start("a"), start("new", "b"), start("newer"), start("c", "d")], given);
    expect([acked.toSorted(), retried]).toEqual([[0, 1, 2, 3], []]);
    expect(created.toSorted()).toEqual(["new", "newer"]);
    expect(kept.messages).toEqual([start("a", "b", "c", "d")]);
    expect(delays).toEqual([WORKFLOW.rateLimitedDelaySeconds]);
  });

  it("a whole call that is refused is refused for each of its runs", async () => {
    const kept = keptQueue();
    const createBatch = async () => await Promise.reject(new Error("Too Many Requests"));
    const given = envWith({ DISPATCH_WORKFLOW: { createBatch }, DISPATCH_QUEUE: kept.queue });
    expect(await consume([start("a", "b")], given)).toEqual({ acked: [0], retried: [] });
    expect(kept.messages).toEqual([start("a", "b")]);
  });

  it("a message stays on the queue when what it was refused cannot be put there, and spoils none that has nothing to send back", async () => {
    const { workflow } = engine((id) => (id === "a" ? RATE : undefined));
    const given = envWith({ DISPATCH_WORKFLOW: workflow, DISPATCH_QUEUE: refusingQueue() });
    expect(await consume([start("a"), start("b")], given)).toEqual({ acked: [1], retried: [0] });
  });

  it("a message with a run that fails otherwise is tried again whole, and those beside it go on", async () => {
    const kept = keptQueue();
    const { workflow } = engine((id) => ({ a: RATE, bad: "internal error", b: RATE })[id]);
    const given = envWith({ DISPATCH_WORKFLOW: workflow, DISPATCH_QUEUE: kept.queue });
    expect(await consume([start("a", "bad"), start("b")], given)).toEqual({ acked: [1], retried: [0] });
    expect(kept.messages).toEqual([start("b")]);
  });
});

/** An engine with no room for anything. */
const FULL = { createBatch: async () => await Promise.reject(new Error("429: rate limit")) };

const INTERNAL = "Queue sendBatch failed: internal error (15000)";
const OVERLOADED = "Queue sendBatch failed: Queue is overloaded. Please back off. (10250)";

/** What becomes of a send: an error that is not a refusal says nothing about whether it was sent. */
type Send = "sent" | "refused" | "failed" | "failed, and sent";

/** A queue whose sends end as they are told to, one after the other. */
function queueThat(next: () => Send) {
  const kept = keptQueue();
  const unknown: string[] = [];
  const sendBatch = async (...batch: Parameters<Queue["sendBatch"]>) => {
    const send = next();
    if (send === "refused") throw new Error(OVERLOADED);
    if (send !== "failed") await kept.queue.sendBatch(...batch);
    if (send === "sent") return {};
    unknown.push(JSON.stringify(batch));
    throw new Error(INTERNAL);
  };
  return { kept, unknown, queue: { sendBatch } };
}

const copiesOf = (id: string, messages: readonly unknown[]) => JSON.stringify(messages).split(`"${id}"`).length - 1;

describe("messages under a rate limit", () => {
  it("what comes more than once in a batch goes on once, at its earliest", async () => {
    const kept = keptQueue();
    const twice = [
      { kind: "start", runs: [{ id: "a", dueAt: 9 }] },
      start("b"),
      { kind: "start", runs: [run("b"), { id: "a", dueAt: 5 }] },
    ];
    const given = envWith({ DISPATCH_WORKFLOW: FULL, DISPATCH_QUEUE: kept.queue });
    expect((await consume(twice, given)).acked.toSorted()).toEqual([0, 1, 2]);
    expect(kept.messages).toEqual([{ kind: "start", runs: [{ id: "a", dueAt: 5 }, run("b")] }]);
  });

  it("do not multiply when a send that was reported failed was sent, also where copies never meet in a batch", async () => {
    let queue: unknown[] = [start("one")];
    for (let round = 1; round <= 300; round++) {
      const { kept, queue: given } = queueThat(() => (round % 5 === 0 ? "failed, and sent" : "sent"));
      const left: unknown[] = [];
      for (const message of queue) {
        const { retried } = await consume([message], envWith({ DISPATCH_WORKFLOW: FULL, DISPATCH_QUEUE: given }));
        if (retried.length > 0) left.push(message);
      }
      queue = [...left, ...kept.messages];
      expect(queue.length).toBeLessThan(20);
    }
    expect(queue).toEqual([start("one")]);
  });

  for (const seed of [1, 20_261_201, 770_413]) {
    it(`have at most one copy of a run, and none is missing but where nobody knows what became of a send (seed ${seed})`, async () => {
      const random = mulberry32(seed);
      const ids = Array.from({ length: 30 }, (_, index) => `run${index}`);
      const ends: readonly Send[] = ["sent", "sent", "sent", "refused", "failed", "failed, and sent"];
      let queue: unknown[] = ids.map((id) => start(id));
      const lost: string[] = [];
      for (let round = 0; round < 60; round++) {
        const next: unknown[] = [];
        while (queue.length > 0) {
          const batch = queue.splice(0, 1 + Math.trunc(random() * 10));
          const { kept, unknown, queue: given } = queueThat(() => ends[Math.trunc(random() * ends.length)] ?? "sent");
          const { retried } = await consume(batch, envWith({ DISPATCH_WORKFLOW: FULL, DISPATCH_QUEUE: given }));
          lost.push(...unknown);
          next.push(...batch.filter((_, index) => retried.includes(index)), ...kept.messages);
        }
        queue = next;
        const missing = ids.filter((id) => copiesOf(id, queue) === 0);
        expect(ids.filter((id) => copiesOf(id, queue) > 1)).toEqual([]);
        expect(missing.filter((id) => !lost.some((call) => call.includes(`"${id}"`)))).toEqual([]);
      }
    });
  }

  it("whose send fails in a way that says nothing are acknowledged, and the sweep starts what was not sent, with a note", async () => {
    const id = await storedDispatch({ type: "fast.unsent", data: 1 });
    const { queue } = queueThat(() => "failed");
    const given = envWith({ DISPATCH_WORKFLOW: FULL, DISPATCH_QUEUE: queue });
    expect(await consume([start(id)], given)).toEqual({ acked: [0], retried: [] });
    await passTimeToCheck(id);
    await consume([reconcileMessage(...(await sweptUp(id)))]);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect((await notesOf(id)).map(({ kind, reason }) => [kind, reason])).toEqual([["repair", "never_started"]]);
  });

  it("whose send hangs are acknowledged once its limit has passed", async () => {
    const given = envWith({ DISPATCH_WORKFLOW: FULL, DISPATCH_QUEUE: hangingQueue });
    expect(await within(QUEUE.answerMs + 8_000, consume([start("a")], given))).toEqual({ acked: [0], retried: [] });
  });

  it("of which some were sent before the queue refused the rest are not sent again", async () => {
    let sends = 0;
    const { kept, queue } = queueThat(() => {
      sends += 1;
      return sends === 1 ? "sent" : "refused";
    });
    const runs = (message: number) => Array.from({ length: 100 }, (_, index) => run(`${crypto.randomUUID()}-${message}-${index}`));
    const messages: DispatchMessage[] = Array.from({ length: 40 }, (_, message) => ({ kind: "start", runs: runs(message) }));
    const { acked, retried } = await consume(messages, envWith({ DISPATCH_WORKFLOW: FULL, DISPATCH_QUEUE: queue }));
    expect([sends, acked.length, retried]).toEqual([2, 40, []]);
    expect(kept.started().length).toBeLessThan(4_000);
  });
});
