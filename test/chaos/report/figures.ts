import type { History } from "../history.ts";
import type { Verdict } from "../oracle/judge.ts";

/** What a run comes to: the last line with --json. */
export interface Figures {
  readonly seed: number;
  readonly kills: number;
  readonly events: number;
  readonly dispatches: number;
  readonly settled: number;
  readonly duplicates: number;
  readonly unexplainedDuplicates: number;
  /** By cause. */
  readonly repairs: Readonly<Record<string, number>>;
  /** How long what was repaired was overdue: past the moment it was due. */
  readonly repairSeconds: { readonly p50: number; readonly max: number };
  readonly lost: number;
  readonly unexplained: number;
  readonly violations: number;
  readonly seconds: number;
}

export function figuresOf(
  { rows, kills, audit }: History,
  verdict: Verdict,
  { seed, seconds }: { seed: number; seconds: number },
): Figures {
  const { repeats, violations } = verdict;
  const repairs = rows.notes.filter(({ kind }) => kind === "repair");
  const overdue = repairs
    .map(({ detail }) => (JSON.parse(detail ?? "{}") as { overdueMs?: number }).overdueMs ?? 0)
    .toSorted((a, b) => a - b);
  return {
    seed,
    kills: kills.length,
    events: rows.events.length,
    dispatches: rows.dispatches.length,
    settled: rows.dispatches.filter(({ status }) => status !== "ongoing").length,
    duplicates: repeats.length,
    unexplainedDuplicates: repeats.filter(({ explained }) => !explained).length,
    repairs: Object.fromEntries(
      Array.from(
        Map.groupBy(repairs, ({ reason }) => reason ?? "unnamed"),
        ([cause, { length }]) => [cause, length],
      ),
    ),
    repairSeconds: { p50: inSeconds(overdue[Math.floor(overdue.length / 2)] ?? 0), max: inSeconds(overdue.at(-1) ?? 0) },
    lost: rows.dispatches.filter(({ status }) => status === "lost").length,
    unexplained: audit.unexplained,
    violations: violations.length,
    seconds,
  };
}

function inSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

export function hasPassed({ violations, unexplained, unexplainedDuplicates }: Figures): boolean {
  return violations === 0 && unexplained === 0 && unexplainedDuplicates === 0;
}
