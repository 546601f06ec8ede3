import { v7 as uuidv7 } from "uuid";
import { dispatchIdsIn } from "../domain/dispatch-ids.ts";
import { recordDeadLetter } from "../store/dead-letter.ts";

/**
 * Writes down what the queue gave up on and hands every dispatch it speaks of to the reconciler, whatever else is wrong with the message:
 * what was lost may be an order to start or to look at a dispatch, and the dispatch itself is in the database.
 */
export async function takeDeadLetter(
  env: Env,
  { id, body, problem }: { id: string; body: unknown; problem: string | undefined },
): Promise<void> {
  const text = JSON.stringify(body) ?? JSON.stringify(String(body));
  await recordDeadLetter(env.DB, {
    noteId: uuidv7(),
    dispatchIds: dispatchIdsIn(text),
    now: Date.now(),
    reason: problem === undefined ? "its retries ran out" : `malformed message: ${problem}`,
    detail: `{"messageId":${JSON.stringify(id)},"body":${text}}`,
  });
}
