import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep, type WorkflowStepConfig } from "cloudflare:workers";
import { SECOND_MS, WORKFLOW } from "../schema/limits.ts";
import { type RunParams, STEP } from "../schema/storage/messages.ts";
import { createHub } from "../src/bindings/hub.ts";
import { attempt } from "../src/executor/attempt.ts";
import { readDeliverResult } from "../src/executor/deliver-result.ts";
import { record, type Stand } from "../src/executor/record.ts";
import { retryWaitMs } from "../src/executor/retry-signal.ts";

/** One step carries all attempts. Its config is constant: the policy is the dispatch's own and speaks through the delay. */
const DELIVER = {
  retries: { limit: WORKFLOW.maxStepRetries, backoff: "constant", delay: ({ ctx, error }) => retryWaitMs(error.message, ctx.attempt) },
  /** A call of 15 minutes, and up to a minute and a half each for a database that is slow to load and to record. */
  timeout: "20 minutes",
} as const satisfies WorkflowStepConfig;

/** Writes what the database would not take: at most 30 s apart, until it does. */
const RECORD = {
  retries: { limit: WORKFLOW.maxStepRetries, backoff: "constant", delay: "30 seconds" },
  timeout: "2 minutes",
} as const satisfies WorkflowStepConfig;

/** Carries one dispatch until it has settled. Replayed from the top after every pause: only what steps return survives. */
export class DispatchWorkflow extends WorkflowEntrypoint<Env, RunParams> {
  override async run(event: Readonly<WorkflowEvent<RunParams>>, step: WorkflowStep): Promise<string> {
    const { id, dueAt } = event.payload;
    if (dueAt > event.timestamp.getTime()) await step.sleepUntil(STEP.sleep, notInThePast(dueAt));

    for (;;) {
      const delivered = readDeliverResult(await step.do(STEP.deliver, DELIVER, () => attempt(createHub(this.env), id)));
      if ("status" in delivered) return delivered.status;

      const { unrecorded } = delivered;
      const { status } = JSON.parse(
        await step.do(STEP.record(unrecorded.attempt), RECORD, async ({ attempt: tries }) =>
          JSON.stringify(await record(createHub(this.env), unrecorded, { tries })),
        ),
      ) as Stand;
      if (status !== "ongoing") return status;
    }
  }
}

/** A sleep into the past throws in the local engine, and a run that is replayed or restarted has its due time behind it. */
function notInThePast(time: number): Date {
  return new Date(Math.max(time, Date.now() + SECOND_MS));
}
