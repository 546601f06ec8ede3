import type { BAD_STATUSES } from "./statuses.ts";

/** `from` is included, `to` is not; both are times of emission. */
export interface DeadLetterQuery {
  readonly destination?: string | undefined;
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
}

/** What was given up and nobody has retried, grouped by what it was owed to and why it failed; the largest group first. */
export interface DeadLetters {
  readonly groups: readonly DeadLetterGroup[];
  /** Dispatches in all groups, also those that are not listed. */
  readonly total: number;
  /** There are groups that are not listed. */
  readonly moreGroups: boolean;
  /** Only the latest were looked at; older ones are not counted. */
  readonly truncated: boolean;
}

export interface DeadLetterGroup {
  readonly destination: string;
  readonly status: (typeof BAD_STATUSES)[number];
  readonly reason?: string;
  readonly count: number;
  readonly firstEmittedAt: string;
  readonly lastEmittedAt: string;
  /** The dispatch of it that was emitted last. */
  readonly latest: string;
}
