import pLimit from "p-limit";
import { WORKFLOW } from "../../schema/limits.ts";
import { noAnswer, withTimeLimit } from "../platform/time-limit.ts";
import { dispose } from "./dispose.ts";

/**
 * Waits for an answer of the Workflow engine, 10 s unless told otherwise, and throws that there was none. What was ordered may be carried out
 * all the same; it is asked for again by the retry of its message, the next sweep or the next look. A handle that comes too late is released.
 */
export async function engineAnswer<Result>(
  call: Promise<Result>,
  { withinMs = WORKFLOW.answerMs, release = dispose }: { readonly withinMs?: number; readonly release?: (late: Result) => void } = {},
): Promise<Result> {
  return await withTimeLimit(call, withinMs, () => {
    call.then(release).catch(() => undefined);
    throw noAnswer("the Workflow engine", withinMs);
  });
}

/** Performs a task once there is room for it, and returns what it returns. */
export type Slots = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Room for five tasks at a time, each of which takes up its place for a second at most: one that hangs is waited for beside the others. */
export function engineSlots(): Slots {
  const limit = pLimit(WORKFLOW.callsAtOnce);
  return async (task) => {
    const { ended } = await limit(async () => {
      const begun = task();
      await withTimeLimit(begun.then(ignore, ignore), WORKFLOW.slotMs, ignore);
      return { ended: begun };
    });
    return await ended;
  };
}

function ignore(): void {}
