import type { EmitPlan } from "../../domain/emit/plan-emit.ts";

const PAUSED = "SELECT destination FROM controls WHERE state = 'paused'";

/**
 * For the batch that stores a plan: what is due at once at a paused destination gets no run, which would find it paused and end. Costs no round
 * trip, and no row where all is owed to one destination that is not paused: an equality reads nothing where nothing is, a list or a scan a row.
 */
export function pausedStatements(d1: D1Database, { dispatches }: EmitPlan): D1PreparedStatement[] {
  const [first, ...others] = new Set(dispatches.map(({ destination }) => destination));
  if (first === undefined) return [];
  return [others.length === 0 ? d1.prepare(`${PAUSED} AND destination = ?1`).bind(first) : d1.prepare(PAUSED)];
}

export function pausedFromResults(results: readonly D1Result[]): ReadonlySet<string> {
  return new Set(results.flatMap((result) => (result.results as { destination: string }[]).map(({ destination }) => destination)));
}
