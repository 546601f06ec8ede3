import type { DeadLetterGroup, DeadLetters } from "../../../schema/contract/dead-letters.ts";
import { iso } from "../base/iso.ts";

/** Dead letters with one destination, status and reason: when the first and the last of them settled, in milliseconds. */
export interface BadGroup extends Pick<DeadLetterGroup, "destination" | "status" | "count" | "latest"> {
  /** Empty where there is none. */
  readonly reason: string;
  readonly first: number;
  readonly last: number;
}

/** What was read of dead letters: some of the groups, and how many there are. */
export interface BadGroups {
  readonly groups: readonly BadGroup[];
  readonly distinct: number;
  readonly total: number;
  readonly truncated: boolean;
}

export function deadLettersView({ groups, distinct, total, truncated }: BadGroups): DeadLetters {
  return { groups: groups.map(groupView), total, moreGroups: distinct > groups.length, truncated };
}

function groupView({ destination, status, reason, count, first, last, latest }: BadGroup): DeadLetterGroup {
  return {
    destination,
    status,
    ...(reason !== "" && { reason }),
    count,
    firstSettledAt: iso(first),
    lastSettledAt: iso(last),
    latest,
  };
}
