import type { Problem } from "../../../schema/contract/problems.ts";
import { CRON } from "../../../schema/deployment.ts";
import { CHECK, MINUTE_MS } from "../../../schema/limits.ts";
import { iso } from "../base/iso.ts";

/** What is stored that tells whether cron and queue reach the hub. Times in milliseconds. */
export interface Upkeep {
  readonly now: number;
  /** When the last sweep ended; `undefined` when there was none. */
  readonly sweptAt: number | undefined;
  /** When the database was brought to its present schema: since then a sweep says when it ended. */
  readonly migratedAt: number;
  /** Due dispatches that nobody has started or looked at for `CHECK.missingMs`. */
  readonly unstarted: number;
  /** When a dispatch settled last, among those that were looked at. */
  readonly settledAt: number | null;
}

/** What cannot be seen from bindings, only from what does not happen: sweeps that do not come, a queue that nobody empties. */
export function upkeepProblems(upkeep: Upkeep): Problem[] {
  const { now, sweptAt, migratedAt } = upkeep;
  const since = Math.max(sweptAt ?? 0, migratedAt);
  return now - since > CHECK.missingMs ? [noSweep(upkeep, since)] : unconsumed(upkeep);
}

function noSweep({ now, sweptAt }: Upkeep, since: number): Problem {
  const minutes = Math.floor((now - since) / MINUTE_MS);
  const deployed = sweptAt === undefined ? ", which takes some minutes to come into force when it is first deployed" : "";
  return {
    code: "sweep.missing",
    cause: `no sweep has ended for ${minutes} minutes, since ${iso(since)}, so nothing that is lost or late is repaired`,
    cure:
      `has the hub its cron trigger, [triggers] crons = ["${CRON}"]${deployed}? Where it has one, the hub's log says why sweeps fail. ` +
      "Under wrangler dev nobody calls it: curl http://localhost:8787/cdn-cgi/local/scheduled once a minute, with the hub's own port",
  };
}

/** Sweeps come, and yet nothing moves: where anything has settled of late, it is but slow. */
function unconsumed({ now, unstarted, settledAt }: Upkeep): Problem[] {
  if (unstarted === 0 || now - (settledAt ?? 0) <= CHECK.missingMs) return [];
  const [are, them] = unstarted === 1 ? ["dispatch has", "it"] : ["dispatches have", "them"];
  return [
    {
      code: "queue.unconsumed",
      cause: `${unstarted} ${are} been due for more than ${CHECK.missingMs / MINUTE_MS} minutes, and nobody seems to take ${them} off the queue`,
      cure:
        'has the hub a consumer, [[queues.consumers]] queue = "<the queue of DISPATCH_QUEUE>"? Where it has one, the hub\'s log says why ' +
        "messages fail, or the platform holds Workflow instances back",
    },
  ];
}
