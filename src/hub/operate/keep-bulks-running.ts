import { BULK } from "../../../schema/limits.ts";
import { keepBulkRun } from "../../bindings/bulk-runs.ts";
import type { Hub } from "../../bindings/hub.ts";
import { logWarning } from "../../bindings/log.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { readRunningBulks } from "../../store/operate/bulks.ts";

/** Looks after bulk operations that are not over, as the reconciler does after dispatches. */
export async function keepBulksRunning(hub: Hub): Promise<void> {
  for (const id of await readRunningBulks(homeStore(hub.env), BULK.listed)) {
    try {
      await keepBulkRun(hub.env.BULK_WORKFLOW, id);
    } catch (error) {
      logWarning("bulk.keep", { bulk: id, error: String(error) });
    }
  }
}
