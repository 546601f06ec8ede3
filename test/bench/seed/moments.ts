import type { Random } from "../../chaos/random.ts";
import { fraction } from "./draw.ts";

const HOUR_MS = 3_600_000;

/** So many moments between two, ascending, no two of them the same: fewer by night than by day. Throws when there is no room. */
export function momentsBetween({ from, to, count }: { from: number; to: number; count: number }, random: Random): number[] {
  if (to - from < 2 * count) throw new Error(`There is no room for ${count} events in ${to - from} ms.`);
  const hours = Array.from({ length: Math.ceil((to - from) / HOUR_MS) }, (_, hour) => from + hour * HOUR_MS);
  const weights = hours.map((start) => trafficAt(start) * Math.min(1, (to - start) / HOUR_MS));
  const unit = weights.reduce((sum, weight) => sum + weight, 0) / count;
  const drawn: number[] = [];
  let due = 0;
  for (const [index, start] of hours.entries()) {
    due += (weights[index] ?? 0) / unit;
    const length = Math.min(HOUR_MS, to - start);
    while (drawn.length < Math.round(due)) drawn.push(start + Math.floor(fraction(random) * length));
  }
  return apart(
    drawn.toSorted((a, b) => a - b),
    to,
  );
}

/** Least at three in the morning, UTC. */
function trafficAt(time: number): number {
  return 1 - 0.7 * Math.cos(((new Date(time).getUTCHours() - 3) / 24) * 2 * Math.PI);
}

/** Moves what coincides, first forwards, then back from the end. */
function apart(ascending: readonly number[], end: number): number[] {
  const moments = [...ascending];
  for (let index = 1; index < moments.length; index++) moments[index] = Math.max(moments[index] ?? 0, (moments[index - 1] ?? 0) + 1);
  let before = end;
  for (let index = moments.length - 1; index >= 0 && (moments[index] ?? 0) >= before; index--) moments[index] = --before;
  return moments;
}
