import type { Stats } from "../../../schema/contract/stats.ts";
import { STATS } from "../../../schema/limits.ts";
import type { Hub } from "../../bindings/hub.ts";
import { emittedAt, iso } from "../../domain/base/iso.ts";
import { destinationStats } from "../../domain/read/stats.ts";
import { parseStatsQuery } from "../../domain/read/stats-query.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { readStats } from "../../store/read/read-stats.ts";

interface Kept {
  readonly window: string;
  readonly until: number;
  readonly stats: Promise<Stats>;
}

/** The last answer of this isolate: whoever looks at a page that renews itself asks for the same again and again. */
const kept = new WeakMap<object, Kept>();

/** Figures of a window, failures by settlement and all else by emission, from a bounded number of rows. The same window within a few seconds has the same answer. */
export function stats(hub: Hub, query: unknown): Promise<Stats> {
  const now = hub.now();
  const { from, to } = parseStatsQuery(query, now);
  const window = JSON.stringify([query ?? {}]);
  const before = kept.get(hub.env);
  if (before !== undefined && before.window === window && before.until > now) return before.stats;
  const counted = count(hub, { from, to, now });
  kept.set(hub.env, { window, until: now + STATS.keptMs, stats: counted });
  counted.catch(() => kept.delete(hub.env));
  return counted;
}

async function count(hub: Hub, { from, to, now }: { from: number; to: number; now: number }): Promise<Stats> {
  const { truncated, oldest, failedTruncated, failedFrom, ...stored } = await readStats(homeStore(hub.env), { from, to });
  const start = iso(from);
  return {
    at: iso(now),
    from: start,
    to: iso(to),
    truncated,
    countedFrom: truncated && oldest !== undefined ? emittedAt(oldest) : start,
    failuresTruncated: failedTruncated,
    failuresFrom: failedTruncated && failedFrom !== undefined ? iso(failedFrom) : start,
    destinations: destinationStats(stored, { from, to }),
  };
}
