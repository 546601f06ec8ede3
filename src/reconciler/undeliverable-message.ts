import { stringify } from "safe-stable-stringify";
import { v7 as uuidv7 } from "uuid";
import type { Json } from "../../schema/json.ts";
import type { Hub } from "../bindings/hub.ts";
import { dispatchIdsIn } from "../domain/base/dispatch-ids.ts";
import { homeStore } from "../store/d1/stores.ts";
import { recordUndeliverable } from "../store/repair/undeliverable-message.ts";

/**
 * Writes down what the queue gave up on and hands every dispatch it speaks of to the reconciler, whatever else is wrong with the message:
 * what was lost may be an order to start or to look at a dispatch, and the dispatch itself is in the database.
 */
export async function noteUndeliverable(
  hub: Hub,
  { id, sentAt, body, problem }: { id: string; sentAt: Date; body: unknown; problem: string | undefined },
): Promise<void> {
  const text = stringify(body) ?? "null";
  await recordUndeliverable(homeStore(hub.env), {
    noteId: await noteIdOf(`${id} ${text}`, sentAt),
    dispatchIds: dispatchIdsIn(text),
    now: hub.now(),
    reason: problem === undefined ? "its retries ran out" : `malformed message: ${problem}`,
    detail: { messageId: id, body: JSON.parse(text) as Json },
  });
}

/** Derives the note's id from the message, so that one that comes again is noted once. */
async function noteIdOf(message: string, sentAt: Date): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(message));
  return uuidv7({ msecs: sentAt.getTime(), random: new Uint8Array(digest).slice(0, 16), seq: 0 });
}
