import { WORKFLOWS } from "../../schema/deployment.ts";
import type { BulkParams } from "../../schema/storage/messages.ts";
import { isOver } from "../domain/attempt/run-status.ts";
import { requireBound } from "../domain/deployment/binding-problems.ts";
import { findRun } from "./dispatch-runs.ts";
import { dispose } from "./dispose.ts";
import { engineAnswer } from "./engine.ts";

/** Sees to it that a bulk operation has a run that works: creates it, starts it over, or wakes it. Harmless to one that does. */
export async function keepBulkRun(bound: Workflow<BulkParams>, id: string): Promise<void> {
  const workflow = requireBound(bound, WORKFLOWS.bulkWorkflow.binding);
  const found = await findRun(workflow, id);
  if (found === null) return dispose(await engineAnswer(workflow.create({ id, params: { id } })));
  try {
    const { status } = await engineAnswer(found.status());
    await engineAnswer(isOver(status) ? found.restart() : found.sendEvent({ type: "wake", payload: null }));
  } finally {
    dispose(found);
  }
}
