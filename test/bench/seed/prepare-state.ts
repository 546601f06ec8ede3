import { startStack } from "../../../tools/local/stack.ts";
import { findHubDatabase } from "../../hub-database.ts";
import { WORKERS } from "../stack.ts";

/** Lets the hub make its database in a state directory, unless it is there. */
export async function prepareState(stateDir: string, signal?: AbortSignal): Promise<void> {
  if ((await findHubDatabase(stateDir)) !== undefined) return;
  await using stack = await startStack({ configs: WORKERS, stateDir, cronEveryMs: 0, signal });
  await stack.cron();
}
