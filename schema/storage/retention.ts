import { AUDIT } from "../limits.ts";
import type { SUBJECTS } from "./subjects.ts";
import type * as tables from "./tables.ts";

/** Says how rows leave the database, or why they stay. The deletes of `purge()` are held to it by type. */
export type Retention =
  /** By `purge()`, with the chain of events they belong to. */
  | { readonly leaves: "with its chain" }
  /** By `purge()`, with the bulk operation they are about. */
  | { readonly leaves: "with its bulk operation" }
  /** By `purge()`, once `since` lies before its moment. `unless`: what stays however old it is. */
  | { readonly leaves: "with age"; readonly since: string; readonly unless?: string }
  /** When the next is written: the latest so many are kept. */
  | { readonly leaves: "with its successors"; readonly kept: number }
  /** When the next is written, once the moment in `until` has passed. */
  | { readonly leaves: "with its time"; readonly until: string }
  | { readonly leaves: "by an act"; readonly act: string }
  | { readonly leaves: "never"; readonly because: string };

/** What a note can be about: a dispatch, by its id; what is no dispatch, by a subject of subjects.ts. */
export type NoteSubject = "dispatch" | keyof typeof SUBJECTS;

/** Notes leave by what they are about. */
interface BySubject {
  readonly subjects: Readonly<Record<NoteSubject, Retention>>;
}

type Tables = typeof tables;

/** The name of a table in the database. */
export type TableName = {
  [Export in keyof Tables]: Tables[Export] extends { readonly _: { readonly name: infer Name extends string } } ? Name : never;
}[keyof Tables];

/** Retention of every table. One that is not listed does not compile, nor does one whose rows `purge()` forgets. */
export const RETENTION = {
  events: { leaves: "with its chain" },
  dispatches: { leaves: "with its chain" },
  executions: { leaves: "with its chain" },
  configs: {
    leaves: "never",
    because: "events name the configuration that routed them, by which audits route them again; each is stored once",
  },
  notes: {
    subjects: {
      dispatch: { leaves: "with its chain" },
      destination: { leaves: "with age", since: "id", unless: "it says how a control in force began, or is younger" },
      bulk: { leaves: "with its bulk operation" },
      undeliverable: { leaves: "with age", since: "id" },
      queued: { leaves: "with age", since: "id", unless: "its message may still come" },
      chain: { leaves: "with its chain" },
      audit: { leaves: "with its successors", kept: AUDIT.keptNotes },
    },
  },
  bulks: { leaves: "with age", since: "ended_at", unless: "it is running" },
  controls: { leaves: "by an act", act: "resumeDestination(), or an attempt that finds a tripped destination working" },
  secrets: { leaves: "never", because: "there is one of each kind, and what was sealed with it would be refused without it" },
  beats: { leaves: "never", because: "there is one of each kind, which its doer writes over" },
  ended_sessions: { leaves: "with its time", until: "until" },
  wrong_secrets: { leaves: "with its time", until: "until" },
} as const satisfies Readonly<Record<Exclude<TableName, "notes">, Retention> & Record<"notes", BySubject>>;

type Subjects = (typeof RETENTION)["notes"]["subjects"];

type TablesLeaving<Way> = {
  [Name in TableName]: (typeof RETENTION)[Name] extends { readonly leaves: Way } ? Name : never;
}[TableName];

type SubjectsLeaving<Way> = {
  [Subject in NoteSubject]: Subjects[Subject] extends { readonly leaves: Way } ? `notes.${Subject}` : never;
}[NoteSubject];

/** Tables, and notes by subject, whose rows leave in this way. */
export type Leaving<Way extends Retention["leaves"]> = TablesLeaving<Way> | SubjectsLeaving<Way>;

/** The table of what leaves: `notes` for `notes.bulk`. */
export type TableOf<Name> = Name extends `${infer Table}.${string}` ? Table : Name;

/** A table that `purge()` deletes from. */
export type PurgedTable = TableOf<Leaving<"with its chain" | "with its bulk operation" | "with age">>;
