import type { EventHubApi } from "../schema/contract/api.ts";
import { createHub } from "./bindings/hub.ts";
import { logError, logWarning } from "./bindings/log.ts";
import { consoleApp } from "./console/app.tsx";
import { consume } from "./consume.ts";
import { everyPart } from "./every-part.ts";
import { accessRecords } from "./hub/access/access-records.ts";
import { keepBulksRunning } from "./hub/operate/keep-bulks-running.ts";
import { releaseBacklogs } from "./hub/pause/release-backlogs.ts";
import { sweep } from "./reconciler/sweep.ts";
import { EventHub, Producer } from "./rpc.ts";

export { BulkWorkflow } from "../workflows/bulk.ts";
export { DispatchWorkflow } from "../workflows/dispatch.ts";
export { EventHub, Producer };

export default {
  async fetch(request, env, ctx) {
    // The types of RPC stubs go on without an end here; what crosses is the contract. An old compatibility date has no exports: the console says so.
    const hub = (ctx.exports?.EventHub ?? new EventHub(ctx, env)) as unknown as EventHubApi;
    return await consoleApp({ hub, env, records: accessRecords(createHub(env)), log: logError }).fetch(request);
  },
  async queue(batch, env) {
    await consume(createHub(env), batch);
  },
  async scheduled(_controller, env) {
    const hub = createHub(env);
    await everyPart({
      sweep: async () => {
        const { taken, left } = await sweep(hub);
        if (taken > 0) logWarning("swept", { taken, left });
      },
      release: async () => await releaseBacklogs(hub),
      bulks: async () => await keepBulksRunning(hub),
    });
  },
} satisfies ExportedHandler<Env>;
