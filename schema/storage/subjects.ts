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
  /** Emits that waited on the queue and were stored. The id of the note is that of the first event. */
  queued: "queued",
  /** Followed by the name of a chain, its correlation id. */
  chain: "chain:",
} as const;

export function destinationSubject(name: string): string {
  return `${SUBJECTS.destination}${name}`;
}

export function bulkSubject(id: string): string {
  return `${SUBJECTS.bulk}${id}`;
}

export function chainSubject(correlationId: string): string {
  return `${SUBJECTS.chain}${correlationId}`;
}
