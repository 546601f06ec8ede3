/** What notes are about. A dispatch's note has the dispatch's id as its subject; everything else has a subject that no id can be. */
export const SUBJECTS = {
  /** Followed by the name of a destination. */
  destination: "destination:",
  /** Followed by the id of a bulk operation. */
  bulk: "bulk:",
  /** Audits that came to their end. */
  audit: "audit",
  /** Undeliverable messages, those the queue gave up on. */
  undeliverable: "undeliverable",
} as const;

export function destinationSubject(name: string): string {
  return `${SUBJECTS.destination}${name}`;
}

export function bulkSubject(id: string): string {
  return `${SUBJECTS.bulk}${id}`;
}
