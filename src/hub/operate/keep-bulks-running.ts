import { BULK } from "../../../schema/limits.ts";
import { keepBulkRun } from "../../bindings/bulk-runs.ts";
import { logWarning } from "../../bindings/log.ts";
import { readRunningBulks } from "../../store/operate/bulks.ts";

/** Looks after bulk operations that are not over, as the reconciler does after dispatches. */
export async function keepBulksRunning(env: Env): Promise<void> {
  for (const id of await readRunningBulks(env.DB, BULK.listed)) {
    try {
      await keepBulkRun(env.BULK_WORKFLOW, id);
    } catch (error) {
      logWarning("bulk.keep", { bulk: id, error: String(error) });
    }
  }
}
