import pLimit, { type LimitFunction } from "p-limit";
import { WORKFLOW } from "../schema/limits.ts";
import { DEAD_LETTERS_SUFFIX, dispatchMessage, type RunParams } from "../schema/storage/messages.ts";
import { inWords, issuesOf, issueText } from "../schema/wording.ts";
import type { Hub } from "./bindings/hub.ts";
import { logError } from "./bindings/log.ts";
import { startLater, startRuns } from "./executor/start-runs.ts";
import { storeQueued } from "./hub/emit/store-queued.ts";
import { takeDeadLetter } from "./reconciler/dead-letters.ts";
import { reconcile } from "./reconciler/reconcile.ts";

/** Takes a batch off a queue of the hub. Each message is acknowledged or retried by itself; none can spoil another. */
export async function consume(hub: Hub, batch: MessageBatch): Promise<void> {
  const isDead = batch.queue.endsWith(DEAD_LETTERS_SUFFIX);
  const [messages, runs] = [pLimit(WORKFLOW.callsAtOnce), pLimit(WORKFLOW.callsAtOnce)];
  const taken = await Promise.all(batch.messages.map((message) => messages(() => take(hub, { message, isDead, runs }))));
  await sendBack(
    hub,
    taken.filter(({ refused }) => refused.length > 0),
  );
}

/** A message whose runs could not all be started yet. */
interface Taken {
  readonly treatment: Treatment;
  readonly refused: readonly RunParams[];
}

/** Acknowledges a message, unless there is something left of it to send back. */
async function take(hub: Hub, treatment: Treatment): Promise<Taken> {
  try {
    const refused = await treat(hub, treatment);
    if (refused.length === 0) treatment.message.ack();
    return { treatment, refused };
  } catch (error) {
    retryLater(treatment, error);
    return { treatment, refused: [] };
  }
}

async function sendBack(hub: Hub, taken: readonly Taken[]): Promise<void> {
  if (taken.length === 0) return;
  try {
    await startLater(
      hub,
      taken.flatMap(({ refused }) => refused),
    );
    for (const { treatment } of taken) treatment.message.ack();
  } catch (error) {
    for (const { treatment } of taken) retryLater(treatment, error);
  }
}

function retryLater({ message, isDead }: Treatment, error: unknown): void {
  logError("queue", error, { messageId: message.id, attempts: message.attempts });
  const { seconds, most } = isDead ? DEAD_RETRY : RETRY;
  message.retry({ delaySeconds: Math.min(seconds * message.attempts, most) });
}

const RETRY = { seconds: 5, most: 900 } as const;

/** A letter that is dead already is tried a hundred times: for four days, as `allowQueued` promises. */
const DEAD_RETRY = { seconds: 120, most: 4_800 } as const;

interface Treatment {
  readonly message: Message;
  readonly isDead: boolean;
  readonly runs: LimitFunction;
}

const NOTHING_REFUSED: readonly RunParams[] = [];

/** Returns the runs that it could not start yet. */
async function treat(hub: Hub, { message, isDead, runs }: Treatment): Promise<readonly RunParams[]> {
  const parsed = dispatchMessage.safeParse(message.body, inWords);
  const problem = parsed.success ? undefined : issuesOf(parsed.error).map(issueText).join("; ");
  if (parsed.data?.kind === "emit") {
    await storeQueued(hub, parsed.data);
  } else if (isDead) {
    await takeDeadLetter(hub, { id: message.id, sentAt: message.timestamp, body: message.body, problem });
  } else if (!parsed.success) {
    throw new Error(`malformed message: ${problem}`);
  } else if (parsed.data.kind === "start") {
    return await startRuns(hub, parsed.data.runs);
  } else {
    await reconcile(hub, { taken: parsed.data.dispatches, limit: runs });
  }
  return NOTHING_REFUSED;
}
