import { WORKFLOW } from "../../schema/limits.ts";
import type { RunParams } from "../../schema/storage/messages.ts";
import { type Requeued, requeueRuns } from "../bindings/dispatch-queue.ts";
import { createRuns, startOverHeld } from "../bindings/dispatch-runs.ts";
import { engineSlots } from "../bindings/engine.ts";
import type { Hub } from "../bindings/hub.ts";

/**
 * Starts a run for each dispatch; one that exists is left alone, save that it is started over where it ended as held. Returns those that the platform's rate has no room for, to be started later.
 * Throws when runs could not be created otherwise; to try all of them again does no harm.
 */
export async function startRuns(hub: Hub, runs: readonly RunParams[]): Promise<readonly RunParams[]> {
  const { rateLimited, existing, failed } = await createRuns(hub.env.DISPATCH_WORKFLOW, runs);
  const slots = engineSlots();
  await Promise.all(existing.map((run) => slots(() => startOverHeld(hub.env.DISPATCH_WORKFLOW, run))));
  if (failed.length === 0) return rateLimited;
  throw new Error(
    `${failed.length} of ${runs.length} runs were not created: ${failed.map(({ run, message }) => `${run.id}: ${message}`).join("; ")}`,
  );
}

/**
 * Puts rate-limited runs back on the queue, delayed, as new messages: a backlog must not use up the retries of those it
 * came in, and runs that came in many messages go on in few. What came more than once goes on once, at its earliest.
 */
export async function startLater(hub: Hub, rateLimited: readonly RunParams[]): Promise<Requeued> {
  const earliest = new Map<string, RunParams>();
  for (const run of rateLimited) {
    if (run.dueAt < (earliest.get(run.id)?.dueAt ?? Number.POSITIVE_INFINITY)) earliest.set(run.id, run);
  }
  return await requeueRuns(hub.env.DISPATCH_QUEUE, [...earliest.values()], { delaySeconds: WORKFLOW.rateLimitedDelaySeconds });
}
