import type { DeadLetterGroup, DeadLetters } from "../../../schema/contract/dead-letters.ts";
import { emittedAt } from "../base/iso.ts";

/** Dispatches with one destination, status and reason: ids of the first and of the last by time of emission. */
export interface BadGroup extends Pick<DeadLetterGroup, "destination" | "status" | "count" | "latest"> {
  /** Empty where there is none. */
  readonly reason: string;
  readonly first: string;
}

/** What was read of what was given up: some of the groups, and how many there are. */
export interface BadGroups {
  readonly groups: readonly BadGroup[];
  readonly distinct: number;
  readonly total: number;
  readonly truncated: boolean;
}

export function deadLettersView({ groups, distinct, total, truncated }: BadGroups): DeadLetters {
  return { groups: groups.map(groupView), total, moreGroups: distinct > groups.length, truncated };
}

function groupView({ destination, status, reason, count, first, latest }: BadGroup): DeadLetterGroup {
  return {
    destination,
    status,
    ...(reason !== "" && { reason }),
    count,
    firstEmittedAt: emittedAt(first),
    lastEmittedAt: emittedAt(latest),
    latest,
  };
}
