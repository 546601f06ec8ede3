import type { Json } from "../json.ts";
import type { RunView } from "./dispatches.ts";

/** What the reconciler may do about a dispatch that is overdue. */
export type Remedy = "nudge" | "create" | "wake" | "restart" | "settle" | "lose";

/** How a dispatch stood when the reconciler looked at it, and what it did. */
export interface RepairDetail {
  readonly run: RunView["status"];
  readonly remedy: Remedy;
  /** How long after its due time. */
  readonly overdueMs: number;
}

/** What each kind of note says beside its reason; `null` for nothing. A stored note may be older than this and say less. */
export interface NoteDetails {
  /** On a dispatch, by the reconciler, with the cause as reason. */
  readonly repair: RepairDetail;
  readonly repair_failed: RepairDetail & { readonly error: string };
  readonly nudge: RepairDetail;
  readonly lost: RepairDetail;
  /** On a dispatch, by the hub: what of a reply said nothing, as reason, and of which attempt. */
  readonly odd_reply: { readonly attempt: number };
  /** On a dispatch by whoever called, or by a bulk operation. */
  readonly cancel: null;
  readonly dismiss: null;
  readonly retry: { readonly redrive: string; readonly bulk?: string };
  /** `dueAt`: when it would have been due, in milliseconds. */
  readonly run_now: { readonly dueAt: number };
  /** On each dispatch that the message named; with the message, under a subject of its own. */
  readonly undeliverable: { readonly messageId: string; readonly body: Json } | null;
  /** On a destination. */
  readonly pause: null;
  readonly resume: { readonly rate: number } | null;
  readonly trip: null;
  readonly recover: null;
  /** On a bulk operation. */
  readonly stop: null;
  /** On the hub: an audit that came to its end, with its sums. */
  readonly audit: Json;
  /** On the hub: an emit that waited on the queue. */
  readonly queued: { readonly events: number };
  /** On a chain: how many events it had, and the limit. */
  readonly chain_long: { readonly events: number; readonly limit: number };
  /** On a chain, and on each dispatch whose reply was refused for it. */
  readonly chain_too_long: { readonly events: number; readonly limit: number } | null;
}

export type NoteKind = keyof NoteDetails;

/** What a note of each kind tells. */
export const NOTE_KINDS = {
  repair: "the reconciler repaired the run",
  repair_failed: "a repair was tried and failed; it is tried again",
  nudge: "the run was woken, in case it slept",
  lost: "the reconciler gave it up",
  odd_reply: "something in a reply said nothing and was left out",
  cancel: "somebody cancelled it",
  dismiss: "somebody dismissed it: it is no dead letter any more",
  retry: "somebody had it delivered again",
  run_now: "somebody made it due before its time",
  undeliverable: "the queue gave up on a message that named it",
  pause: "somebody paused it",
  resume: "somebody resumed it",
  trip: "it failed too often in a row and was paused",
  recover: "it answered again and was resumed",
  stop: "somebody stopped it",
  audit: "an audit came to its end",
  queued: "an emit that waited on the queue was stored",
  chain_long: "a chain comes near the events it may have",
  chain_too_long: "a chain has the events it may have, and takes no more",
} as const satisfies Readonly<Record<NoteKind, string>>;

interface NoteOf<Kind extends NoteKind> {
  readonly at: string;
  readonly kind: Kind;
  /** Who did it: a person, a Worker, `reconciler`, `queue` or `hub`. */
  readonly by: string;
  readonly reason?: string;
  readonly detail?: NonNullable<NoteDetails[Kind]>;
}

/** Something that was done off the usual path: a repair, an operation. */
export type NoteView = { readonly [Kind in NoteKind]: NoteOf<Kind> }[NoteKind];
