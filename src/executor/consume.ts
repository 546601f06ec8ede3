import pLimit from "p-limit";
import { dispatchMessage } from "../../schema/messages.ts";
import { inWords, issuesOf, issueText } from "../../schema/wording.ts";
import { logError } from "../bindings/log.ts";
import { startRuns } from "./start-runs.ts";

/** Calls to the engine at a time: an invocation may hold six connections. */
const AT_ONCE = 5;

/** Takes a batch off the dispatch queue. Each message is acknowledged or retried by itself; none can spoil another. */
export async function consume(env: Env, batch: MessageBatch): Promise<void> {
  const limit = pLimit(AT_ONCE);
  await Promise.all(batch.messages.map((message) => limit(() => take(env, message))));
}

async function take(env: Env, message: Message): Promise<void> {
  try {
    const parsed = dispatchMessage.safeParse(message.body, inWords);
    if (!parsed.success) throw new Error(`malformed message: ${issuesOf(parsed.error).map(issueText).join("; ")}`);
    await startRuns(env, parsed.data.runs);
    message.ack();
  } catch (error) {
    logError("queue", error, { messageId: message.id, attempts: message.attempts });
    message.retry({ delaySeconds: RETRY_SECONDS * message.attempts });
  }
}

const RETRY_SECONDS = 5;
