import { PURGE } from "../../../schema/limits.ts";
import type { Leaving } from "../../../schema/storage/retention.ts";
import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import { type AgedStage, agedAhead, type PurgeProgress } from "../../domain/purge/purge-progress.ts";
import { behindPrefix } from "../d1/id-ranges.ts";
import { withStorage } from "../d1/storage.ts";
import { NO_ROWS, type PurgedRows, type Removal, type RemovalsOf, removeRows } from "./removal.ts";

/** Rows that leave with their own age. Each has a key that ends in an id, which tells when it was written. */
interface AgedRows {
  /** Rows that a call looks at. */
  readonly limit: number;
  /** They stay so long at least, in milliseconds. */
  readonly keptMs?: number;
  /** Selects keys behind this one, in their order. Those from `bound` on are too young. */
  readonly select: (after: readonly string[], bound: string) => { readonly sql: string; readonly values: readonly string[] };
  /** Names what goes of the rows with these keys, and in SQL what stays of them, as it is when they are deleted. */
  readonly removals: (keys: string, before: number) => readonly Removal[];
}

const AGED: Readonly<Record<AgedStage, AgedRows>> = {
  "notes.undeliverable": notesUnder(SUBJECTS.undeliverable, { limit: PURGE.undeliverable }),
  bulks: {
    limit: PURGE.bulks,
    select: ([id = ""], bound) => ({
      sql: "SELECT id FROM bulks WHERE id > ?1 AND id < ?2 ORDER BY id",
      values: [id, bound],
    }),
    removals: (keys, before) => Object.values(bulkRemovals([keys, before])),
  },
  "notes.destination": {
    limit: PURGE.destinationNotes,
    select: ([subject = SUBJECTS.destination, id = ""]) => ({
      sql: "SELECT subject_id, id FROM notes WHERE (subject_id, id) > (?1, ?2) AND subject_id < ?3 ORDER BY subject_id, id",
      values: [subject, id, behindPrefix(SUBJECTS.destination)],
    }),
    removals: (keys) => {
      const where = `(subject_id, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND NOT ${IN_FORCE}`;
      return [{ table: "notes", where, values: [keys] }];
    },
  },
  "notes.queued": notesUnder(SUBJECTS.queued, { limit: PURGE.queuedNotes, keptMs: PURGE.queuedNotesKeptMs }),
};

/** The notes of a subject that has no more behind it, so that they are told apart by their id alone. */
function notesUnder(subject: string, bounds: Pick<AgedRows, "limit" | "keptMs">): AgedRows {
  return {
    ...bounds,
    select: ([id = ""], bound) => ({
      sql: `SELECT id FROM notes WHERE subject_id = '${subject}' AND id > ?1 AND id < ?2 ORDER BY id`,
      values: [id, bound],
    }),
    removals: (keys) => {
      const where = `subject_id = '${subject}' AND id IN (SELECT value ->> 0 FROM json_each(?1))`;
      return [{ table: "notes", where, values: [keys] }];
    },
  };
}

const ENDED = "id IN (SELECT value ->> 0 FROM json_each(?1)) AND state <> 'running' AND ended_at < ?2";

/** Notes go first: they are found by the operation they are about. */
function bulkRemovals(values: Removal["values"]): RemovalsOf<"bulks" | Leaving<"with its bulk operation">> {
  return {
    "notes.bulk": { table: "notes", where: `subject_id IN (SELECT '${SUBJECTS.bulk}' || id FROM bulks WHERE ${ENDED})`, values },
    bulks: { table: "bulks", where: ENDED, values },
  };
}

/** True for a note that was written when the control of its destination began, or since. */
const IN_FORCE = `EXISTS (SELECT 1 FROM controls WHERE destination = substr(subject_id, ${SUBJECTS.destination.length + 1}) AND since <= at)`;

/**
 * Deletes or counts a page of each stage that is ahead, up to the first that fills its page: `next` is where that one
 * goes on. Looks for all of them in one round trip, since there is seldom anything.
 */
export async function purgeAged(
  d1: D1Database,
  from: PurgeProgress,
  { before, now, dryRun }: { before: number; now: number; dryRun: boolean },
): Promise<{ rows: PurgedRows; next: PurgeProgress | undefined }> {
  const pages = await readPages(d1, agedAhead(from), ({ keptMs }) => firstIdAt(Math.min(before, now - (keptMs ?? 0))));
  const full = pages.find(({ stage, keys }) => keys.length === AGED[stage].limit);
  const reached = full === undefined ? pages : pages.slice(0, pages.indexOf(full) + 1);
  const removals = reached.flatMap(({ stage, old }) => (old.length === 0 ? [] : AGED[stage].removals(JSON.stringify(old), before)));
  const rows = removals.length === 0 ? NO_ROWS : await removeRows(d1, removals, { dryRun });
  return { rows, next: full && { stage: full.stage, after: full.keys.at(-1) ?? [] } };
}

interface Page {
  readonly stage: AgedStage;
  /** In their order. */
  readonly keys: readonly (readonly string[])[];
  /** Keys of those that are old enough. */
  readonly old: readonly (readonly string[])[];
}

async function readPages(
  d1: D1Database,
  stages: readonly PurgeProgress<AgedStage>[],
  boundOf: (rows: AgedRows) => string,
): Promise<Page[]> {
  const selects = stages.map(({ stage, after }) => {
    const { sql, values } = AGED[stage].select(after, boundOf(AGED[stage]));
    return d1.prepare(`${sql} LIMIT ${AGED[stage].limit}`).bind(...values);
  });
  const results = await withStorage(d1, () => d1.batch<Record<string, string>>(selects));
  return stages.map(({ stage }, index) => {
    const keys = (results[index]?.results ?? []).map((row) => Object.values(row));
    const bound = boundOf(AGED[stage]);
    return { stage, keys, old: keys.filter((key) => (key.at(-1) ?? bound) < bound) };
  });
}
