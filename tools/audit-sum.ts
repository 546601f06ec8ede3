import type { AuditPage } from "../schema/contract/audit.ts";

/** All pieces of an audit together. */
export type AuditSum = Omit<AuditPage, "cursor">;

const EXAMPLES = 5;

export function addUp(pages: readonly AuditSum[]): AuditSum {
  return pages.reduce((sum, page) => ({
    events: sum.events + page.events,
    dispatches: addCounts(sum.dispatches, page.dispatches),
    executions: sum.executions + page.executions,
    runs: addCounts(sum.runs, page.runs),
    repairing: sum.repairing + page.repairing,
    ended: sum.ended + page.ended,
    unexplained: sum.unexplained + page.unexplained,
    mismatches: addMismatches(sum.mismatches, page.mismatches),
  }));
}

function addCounts<Counts extends Partial<Record<string, number>>>(one: Counts, other: Counts): Counts {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)])) as Counts;
}

function addMismatches(one: AuditSum["mismatches"], other: AuditSum["mismatches"]): AuditSum["mismatches"] {
  const groups = Map.groupBy([...Object.entries(one), ...Object.entries(other)], ([name]) => name);
  return Object.fromEntries(
    [...groups].map(([name, found]) => [
      name,
      {
        count: found.reduce((sum, [, { count }]) => sum + count, 0),
        examples: found.flatMap(([, { examples }]) => examples).slice(0, EXAMPLES),
      },
    ]),
  );
}
