import { type ActivitySubject, HUB_SUBJECTS } from "../contract/activity.ts";

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

/** The subject of notes about this. */
export function subjectIdOf(subject: ActivitySubject): string {
  if ("dispatch" in subject) return subject.dispatch;
  if ("destination" in subject) return destinationSubject(subject.destination);
  if ("bulk" in subject) return bulkSubject(subject.bulk);
  if ("chain" in subject) return chainSubject(subject.chain);
  return SUBJECTS[subject.hub];
}

/** What notes with this subject are about. */
export function activitySubject(subjectId: string): ActivitySubject {
  for (const named of ["destination", "bulk", "chain"] as const) {
    const prefix = SUBJECTS[named];
    if (subjectId.startsWith(prefix)) return { [named]: subjectId.slice(prefix.length) } as unknown as ActivitySubject;
  }
  const hub = HUB_SUBJECTS.find((name) => SUBJECTS[name] === subjectId);
  return hub === undefined ? { dispatch: subjectId } : { hub };
}
