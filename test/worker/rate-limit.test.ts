import { describe, expect, it } from "vitest";
import { WORKFLOW } from "../../schema/limits.ts";
import type { RunParams } from "../../schema/storage/messages.ts";
import { consume } from "./support/consume.ts";
import { envWith } from "./support/hub.ts";
import { keptQueue, refusingQueue } from "./support/kept-queue.ts";

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
