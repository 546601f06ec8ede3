/**
 * A quantile of times that were read off a clock of whole milliseconds. Between two readings of such a clock lies any time up to a tick more or
 * less than they say, so each value stands for the tick around it, and what is asked for is found between: the median of grouped data.
 * `part` from 0 to 1; `NaN` where there are no values.
 */
export function quantileOfTicks(ticks: readonly number[], part: number): number {
  const wanted = part * ticks.length;
  let below = 0;
  for (const [tick, values] of [...Map.groupBy(ticks, (value) => value)].toSorted(([a], [b]) => a - b)) {
    if (below + values.length >= wanted) return Math.max(0, tick - 0.5 + (wanted - below) / values.length);
    below += values.length;
  }
  return Number.NaN;
}
