import type { Contender, StartContender } from "../contender.ts";
import { startDrivenStack } from "../driver/driven-stack.ts";
import { ancestorConfigs } from "./configs.ts";
import { startDatabase } from "./postgres.ts";

/** cf-eventhub as its users have it: two Workers, a queue, PostgreSQL behind Hyperdrive. With the twenty routes of the hub. */
export async function startAncestor(options: StartContender): Promise<Contender> {
  await using started = new AsyncDisposableStack();
  const { url, sql, pid } = started.use(await startDatabase(options));
  const stack = started.use(await startDrivenStack(options, ancestorConfigs(url)));
  const running = started.move();
  return {
    ...stack,
    roots: [...stack.roots, pid],
    ongoing: async () => {
      const [row] = await sql<{ ongoing: number }[]>`
        SELECT count(*)::int AS ongoing FROM eventhub.dispatches
        WHERE NOT EXISTS (SELECT 1 FROM eventhub.dispatch_results WHERE dispatch_id = dispatches.id)`;
      return row?.ongoing ?? 0;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
