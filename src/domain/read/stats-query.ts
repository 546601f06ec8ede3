import type * as z from "zod";
import type { StatsQuery } from "../../../schema/contract/stats.ts";
import { Fault } from "../../../schema/faults.ts";
import { DAY_MS } from "../../../schema/limits.ts";
import { momentMs as time } from "../../../schema/moment.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";

const statsQuery = closedObject({ from: time.optional(), to: time.optional() }) satisfies z.ZodType<unknown, StatsQuery>;

/** Throws `query.invalid` naming the option, also for a window that is none. */
export function parseStatsQuery(query: unknown, now: number): { from: number; to: number } {
  const { to = now, from = to - DAY_MS } = parsedOr("query.invalid", statsQuery.safeParse(query ?? {}, inWords));
  if (from >= to) throw new Fault("query.invalid", "from is not before to.");
  return { from, to };
}
