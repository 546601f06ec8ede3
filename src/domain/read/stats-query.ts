import type * as z from "zod";
import type { StatsQuery } from "../../../schema/contract/stats.ts";
import { DAY_MS } from "../../../schema/limits.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";
import { window, windowed } from "../base/window.ts";

const statsQuery = closedObject(window) satisfies z.ZodType<unknown, StatsQuery>;

/** Throws `query.invalid` naming the option, also for a window that is none. */
export function parseStatsQuery(query: unknown, now: number): { from: number; to: number } {
  const { to = now, from = Math.max(0, to - DAY_MS) } = parsedOr("query.invalid", statsQuery.safeParse(query ?? {}, inWords));
  return windowed({ from, to });
}
