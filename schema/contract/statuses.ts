/** What an attempt came to. */
export const OUTCOMES = ["complete", "ignored", "failed", "misconfigured"] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Where a dispatch stands. All but `ongoing` are final. */
export const SETTLED_STATUSES = ["complete", "ignored", "failed", "misconfigured", "lost", "cancelled"] as const;

/** Given up: somebody has to do something about it. */
export const BAD_STATUSES = ["failed", "misconfigured", "lost"] as const satisfies readonly SettledStatus[];

export function isBad(status: string): boolean {
  return (BAD_STATUSES as readonly string[]).includes(status);
}

/**
 * How a bad dispatch stands in its line, which is a dispatch with its redrives: it is what the line came to, and owed still; another of the line
 * has been delivered, is on its way, or was given up after it; or an operator has dismissed it. In the order of what is stored.
 */
export const STANDINGS = ["dead letter", "superseded", "dismissed"] as const;

export type Standing = (typeof STANDINGS)[number];

export const STATUSES = ["ongoing", ...SETTLED_STATUSES] as const;

export type Status = (typeof STATUSES)[number];

export type SettledStatus = (typeof SETTLED_STATUSES)[number];

/** Where a dispatch stands, as people say it; derived, never stored. */
export type Stage = "scheduled" | "waiting to retry" | "held" | "running" | SettledStatus;
