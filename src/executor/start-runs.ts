import { WORKFLOW } from "../../schema/limits.ts";
import type { RunParams } from "../../schema/messages.ts";
import { enqueueRuns } from "../bindings/dispatch-queue.ts";
import { createRuns } from "../bindings/dispatch-runs.ts";

/**
 * Starts a run for each dispatch; one that exists is left alone. When the platform limits the rate, the rest goes back as a new, delayed
 * message, so that a backlog does not use up the retries of the message it came in. Throws when runs could not be created otherwise.
 */
export async function startRuns(env: Env, runs: readonly RunParams[]): Promise<void> {
  const { refused, failed } = await createRuns(env.DISPATCH_WORKFLOW, runs);
  if (refused.length > 0) await enqueueRuns(env.DISPATCH_QUEUE, refused, { delaySeconds: WORKFLOW.rateLimitedDelaySeconds });
  if (failed.length > 0) {
    throw new Error(
      `${failed.length} of ${runs.length} runs were not created: ${failed.map(({ run, message }) => `${run.id}: ${message}`).join("; ")}`,
    );
  }
}
