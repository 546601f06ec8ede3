import type { BulkKind } from "../../../schema/contract/bulks.ts";

/** How the console speaks of bulk operations of a kind. */
interface Words {
  readonly noun: string;
  readonly verb: string;
  readonly done: string;
  /** Why there may be nothing that it concerns. */
  readonly nothing: string;
}

export const WORDS: Readonly<Record<BulkKind, Words>> = {
  retry: {
    noun: "Redrive",
    verb: "Redrive",
    done: "redriven",
    nothing: "All that match have been retried or dismissed, or there are none.",
  },
  cancel: { noun: "Cancellation", verb: "Cancel", done: "cancelled", nothing: "Nothing that matches is ongoing." },
  dismiss: { noun: "Dismissal", verb: "Dismiss", done: "dismissed", nothing: "Nothing that matches is a dead letter." },
};
