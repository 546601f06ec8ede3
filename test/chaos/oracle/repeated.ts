import type { Violation } from "../history.ts";
import { type Case, TOLERANCE_MS } from "./cases.ts";

/** An attempt that a destination saw again. */
export interface Repeat {
  readonly id: string;
  readonly attempt: number;
  readonly earlierAt: number;
  readonly laterAt: number;
  /** Something interrupted the hub or this run in between. */
  readonly explained: boolean;
}

export function repeatsOf({ id, calls, deeds, notes }: Case, kills: readonly number[]): Repeat[] {
  const interruptions = [
    ...kills,
    ...deeds.filter(({ verb }) => verb !== "resume" && verb !== "wake").flatMap(({ at, confirmedAt }) => [at, confirmedAt ?? at]),
    ...notes.filter(({ kind, detail }) => kind === "repair" && startsOver(detail)).map(({ at }) => at),
  ];
  return Array.from(Map.groupBy(calls, ({ attempt }) => attempt).values()).flatMap((same) =>
    same.slice(1).map((later, index) => {
      const earlierAt = same[index]?.startedAt ?? later.startedAt;
      const laterAt = later.startedAt;
      const explained = interruptions.some((at) => at >= earlierAt - TOLERANCE_MS && at <= laterAt + TOLERANCE_MS);
      return { id, attempt: later.attempt, earlierAt, laterAt, explained };
    }),
  );
}

function startsOver(detail: string | null): boolean {
  const { remedy } = JSON.parse(detail ?? "{}") as { remedy?: string };
  return remedy === "restart" || remedy === "create";
}

/** A destination sees an attempt twice only when something was interrupted between the call and the record. */
export function repeatViolations(repeats: readonly Repeat[]): Violation[] {
  return repeats
    .filter(({ explained }) => !explained)
    .map(({ id, attempt, earlierAt, laterAt }) => ({
      name: "unexplained_repeat",
      id,
      what: `attempt ${attempt} was called again ${laterAt - earlierAt} ms later, and nothing was interrupted in between`,
    }));
}
