import type { DispatchRow } from "../../domain/emit/plan-emit.ts";
import type { NextRedrive, RedriveRow } from "../../domain/operate/redrive.ts";
import { DISPATCH_COLUMNS, type Expressions, insertSelect, members, pick, prefixed } from "../d1/columns.ts";
import { IS_BAD, isLastOfLine, reckonLines } from "../d1/lines.ts";
import { changeNoted, type NoteRow } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";
import { countDone } from "./bulks.ts";

type Values = Expressions<keyof DispatchRow | "redriveOf">;

/** Columns that a redrive has from the dispatch before it. */
const OWED = pick(DISPATCH_COLUMNS, "eventId", "route", "destination");

const VALUES: Values = { id: "?1", ...OWED, policy: "?3", dueAt: "?4", checkAt: "?5", redriveOf: "id" };

/** Only while the last of the line is that, and nothing of it is ongoing: what is on its way, or was since, is not sent twice. */
const INSERT = `
  ${insertSelect("dispatches", DISPATCH_COLUMNS, VALUES)} FROM dispatches AS old
  WHERE old.id = ?2 AND ${isLastOfLine("?7", "?6")}
  ON CONFLICT DO NOTHING`;

const VALUES_OF_MANY: Values = {
  ...members(pick(DISPATCH_COLUMNS, "id", "policy", "dueAt", "checkAt"), "policy"),
  ...prefixed("old", { ...OWED, redriveOf: "id" }),
};

/** Notes go first, under the condition, and only what they name is made: who comes second notes nothing and makes nothing. */
const NOTE_MANY = `
  INSERT INTO notes (subject_id, id, at, kind, "by", reason, detail)
  SELECT value ->> 'redriveOf', ?2, ?3, ?4, ?5, ?6, json_object('redrive', value ->> 'id', 'bulk', ?7)
  FROM json_each(?1) CROSS JOIN dispatches AS old ON old.id = value ->> 'redriveOf'
  WHERE iif(old.${IS_BAD}, old.superseded = 0, ${isLastOfLine("old.id", "(value ->> 'root')")})
  ON CONFLICT DO NOTHING`;

const INSERT_MANY = `
  ${insertSelect("dispatches", DISPATCH_COLUMNS, VALUES_OF_MANY)}
  FROM json_each(?1) CROSS JOIN notes AS note ON note.subject_id = value ->> 'redriveOf' AND note.id = ?2
    CROSS JOIN dispatches AS old ON old.id = value ->> 'redriveOf'
  ON CONFLICT DO NOTHING`;

/**
 * Stores redrives as part of a bulk operation, with a note each and the number of those it made, in one transaction: of dead letters, and of
 * other links that are the last of their line with nothing of it ongoing. Run again it stores nothing more.
 */
export async function storeRedrives(
  d1: D1Database,
  redrives: readonly RedriveRow[],
  { bulk, note }: { bulk: string; note: Omit<NoteRow, "subjectId" | "detail"> },
): Promise<void> {
  const rows = JSON.stringify(redrives.map((redrive) => ({ ...redrive, policy: JSON.parse(redrive.policy) })));
  await withStorage(d1, () =>
    d1.batch([
      d1.prepare(NOTE_MANY).bind(rows, note.id, note.at, note.kind, note.by, note.reason, bulk),
      d1.prepare(INSERT_MANY).bind(rows, note.id),
      countDone(d1, bulk),
      ...reckonLines(
        d1,
        redrives.map(({ id }) => id),
      ),
    ]),
  );
}

/** Stores a redrive with its note, once. `false`: somebody else was first, and nothing was stored. */
export async function storeRedrive(d1: D1Database, redrive: NextRedrive, note: NoteRow): Promise<boolean> {
  const { id, redriveOf, policy, dueAt, checkAt, root, last } = redrive;
  return await changeNoted(d1, d1.prepare(INSERT).bind(id, redriveOf, policy, dueAt, checkAt, root, last), note, reckonLines(d1, [id]));
}
