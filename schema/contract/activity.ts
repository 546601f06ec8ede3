import type { NoteKind, NoteView } from "./notes.ts";
import type { PageQuery } from "./page.ts";

/** Notes that are about none of what has an id or a name: audits, messages that the queue gave up on, and emits that waited on the queue. */
export const HUB_SUBJECTS = ["audit", "undeliverable", "queued"] as const;

/** What a note is about: one of these, `chain` by its correlation id. */
export type ActivitySubject =
  | { readonly dispatch: string }
  | { readonly destination: string }
  | { readonly bulk: string }
  | { readonly chain: string }
  | { readonly hub: (typeof HUB_SUBJECTS)[number] };

/** A note with what it is about. */
export type Activity = NoteView &
  ActivitySubject & {
    /** Its detail is larger than 8 KiB and left out; a page with `limit: 1` has it. */
    readonly withoutDetail?: true;
  };

/**
 * Filters combine with "and". `from` is included, `to` is not: times of the notes. At most one of `dispatch`, `destination`, `bulk`, `chain` and
 * `hub`; what is noted of one of them is in the order of ids, which is that of time save for `queued`: there it is that of emission.
 */
export interface ActivityQuery extends PageQuery {
  readonly kind?: NoteKind | undefined;
  /** Exactly who did it. */
  readonly by?: string | undefined;
  readonly dispatch?: string | undefined;
  readonly destination?: string | undefined;
  readonly bulk?: string | undefined;
  readonly chain?: string | undefined;
  readonly hub?: (typeof HUB_SUBJECTS)[number] | undefined;
}
