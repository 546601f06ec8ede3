import * as z from "zod";
import { type Activity, type ActivityQuery, type ActivitySubject, HUB_SUBJECTS } from "../../../schema/contract/activity.ts";
import { NOTE_KINDS, type NoteKind } from "../../../schema/contract/notes.ts";
import { Fault } from "../../../schema/faults.ts";
import { activitySubject } from "../../../schema/storage/subjects.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";
import { windowed } from "../base/window.ts";
import { type NoteFacts, noteView } from "./note-view.ts";
import { paging } from "./paging.ts";

const subjects = {
  dispatch: text.optional(),
  destination: text.optional(),
  bulk: text.optional(),
  chain: text.optional(),
  hub: z.enum(HUB_SUBJECTS).optional(),
};

const activityQuery = closedObject({
  kind: z.enum(Object.keys(NOTE_KINDS) as NoteKind[]).optional(),
  by: text.optional(),
  ...subjects,
  ...paging,
}) satisfies z.ZodType<unknown, ActivityQuery>;

/** A query whose notes are about one subject, or about any. */
export interface ParsedActivityQuery extends Pick<z.infer<typeof activityQuery>, "kind" | "by" | "from" | "to" | "limit" | "cursor"> {
  readonly subject?: ActivitySubject | undefined;
}

/** Throws `query.invalid` naming the filter. */
export function parseActivityQuery(query: unknown = {}): ParsedActivityQuery {
  const { kind, by, from, to, limit, cursor, ...about } = windowed(parsedOr("query.invalid", activityQuery.safeParse(query, inWords)));
  const named = Object.entries(about).filter(([, value]) => value !== undefined);
  if (named.length > 1) {
    throw new Fault("query.invalid", `${named.map(([name]) => name).join(", ")}: a note is about one of them; pass one at most.`);
  }
  const subject = named.length === 0 ? undefined : (Object.fromEntries(named) as unknown as ActivitySubject);
  return { kind, by, from, to, limit, cursor, subject };
}

/** A note as it is read for a list: without its detail where that is too large for it, and then with 1. */
export type ActivityFacts = NoteFacts & { readonly subjectId: string; readonly cut: number };

export function activityView({ subjectId, cut, ...note }: ActivityFacts): Activity {
  return { ...noteView(note), ...activitySubject(subjectId), ...(cut === 1 && { withoutDetail: true }) };
}
