import pLimit, { type LimitFunction } from "p-limit";
import { WORKFLOW } from "../schema/limits.ts";
import { DEAD_LETTERS_SUFFIX, type DispatchMessage, dispatchMessage } from "../schema/messages.ts";
import { inWords, issuesOf, issueText } from "../schema/wording.ts";
import { logError } from "./bindings/log.ts";
import { startRuns } from "./executor/start-runs.ts";
import { storeQueued } from "./hub/store-queued.ts";
import { takeDeadLetter } from "./reconciler/dead-letters.ts";
import { reconcile } from "./reconciler/reconcile.ts";

/** Takes a batch off a queue of the hub. Each message is acknowledged or retried by itself; none can spoil another. */
export async function consume(env: Env, batch: MessageBatch): Promise<void> {
  const isDead = batch.queue.endsWith(DEAD_LETTERS_SUFFIX);
  const [messages, runs] = [pLimit(WORKFLOW.callsAtOnce), pLimit(WORKFLOW.callsAtOnce)];
  await Promise.all(batch.messages.map((message) => messages(() => take(env, { message, isDead, runs }))));
}

async function take(env: Env, treatment: Treatment): Promise<void> {
  const { message, isDead } = treatment;
  try {
    await treat(env, treatment);
    message.ack();
  } catch (error) {
    logError("queue", error, { messageId: message.id, attempts: message.attempts });
    const { seconds, most } = isDead ? DEAD_RETRY : RETRY;
    message.retry({ delaySeconds: Math.min(seconds * message.attempts, most) });
  }
}

const RETRY = { seconds: 5, most: 900 } as const;

/** A letter that is dead already is tried a hundred times: for four days, as `allowQueued` promises. */
const DEAD_RETRY = { seconds: 120, most: 4_800 } as const;

interface Treatment {
  readonly message: Message;
  readonly isDead: boolean;
  readonly runs: LimitFunction;
}

async function treat(env: Env, { message, isDead, runs }: Treatment): Promise<void> {
  const parsed = dispatchMessage.safeParse(message.body, inWords);
  const problem = parsed.success ? undefined : issuesOf(parsed.error).map(issueText).join("; ");
  if (parsed.data?.kind === "emit") return await storeQueued(env, parsed.data);
  if (isDead) return await takeDeadLetter(env, { id: message.id, sentAt: message.timestamp, body: message.body, problem });
  if (!parsed.success) throw new Error(`malformed message: ${problem}`);
  await follow(env, parsed.data, runs);
}

async function follow(env: Env, message: Exclude<DispatchMessage, { kind: "emit" }>, runs: LimitFunction): Promise<void> {
  switch (message.kind) {
    case "start":
      return await startRuns(env, message.runs);
    case "reconcile":
      return await reconcile(env, { taken: message.dispatches, limit: runs });
    default:
      message satisfies never;
  }
}
