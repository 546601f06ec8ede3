import { BULK } from "../../../schema/limits.ts";
import { keepBulkRun } from "../../bindings/bulk-runs.ts";
import { engineSlots } from "../../bindings/engine.ts";
import type { Hub } from "../../bindings/hub.ts";
import { logWarning } from "../../bindings/log.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { readRunningBulks } from "../../store/operate/bulks.ts";

/** Looks after bulk operations that are not over, as the reconciler does after dispatches. One that cannot be helped now is the next sweep's. */
export async function keepBulksRunning(hub: Hub): Promise<void> {
  const slots = engineSlots();
  const running = await readRunningBulks(homeStore(hub.env), BULK.listed);
  await Promise.all(running.map((id) => slots(() => keepBulk(hub, id))));
}

async function keepBulk(hub: Hub, id: string): Promise<void> {
  try {
    await keepBulkRun(hub.env.BULK_WORKFLOW, id);
  } catch (error) {
    logWarning("bulk.keep", { bulk: id, error: String(error) });
  }
}
