const SELECT_PAUSED = "SELECT destination FROM controls WHERE state = 'paused'";

/**
 * For the batch that stores dispatches: what is due at once at these destinations gets no run, which would find them paused and end. Costs no row
 * and no round trip where nothing is paused.
 */
export function pausedStatement(d1: D1Database): D1PreparedStatement {
  return d1.prepare(SELECT_PAUSED);
}

export function pausedFromResults(results: readonly D1Result[]): ReadonlySet<string> {
  return new Set(results.flatMap((result) => (result.results as { destination: string }[]).map(({ destination }) => destination)));
}
