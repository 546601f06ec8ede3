import type { BAD_STATUSES } from "./statuses.ts";

/** `from` is included, `to` is not; both are times of settlement: when it was given up. */
export interface DeadLetterQuery {
  readonly destination?: string | undefined;
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
}

/**
 * Dead letters: what was given up, is owed still and nobody has dismissed, each named by the dispatch of its line that settled last. Grouped by
 * what it was owed to and why it failed; the largest group first.
 */
export interface DeadLetters {
  readonly groups: readonly DeadLetterGroup[];
  /** Dead letters in all groups, also those that are not listed. */
  readonly total: number;
  /** There are groups that are not listed. */
  readonly moreGroups: boolean;
  /** Only the latest 10,000 were looked at, of all destinations; older ones are not counted. */
  readonly truncated: boolean;
}

export interface DeadLetterGroup {
  readonly destination: string;
  readonly status: (typeof BAD_STATUSES)[number];
  readonly reason?: string;
  readonly count: number;
  readonly firstSettledAt: string;
  readonly lastSettledAt: string;
  /** The dispatch of it that settled last. */
  readonly latest: string;
}
