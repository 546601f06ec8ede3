import type { BulkState } from "../../../schema/contract/bulks.ts";
import type { StoredBulk } from "../../../schema/storage/tables.ts";
import { changeNoted, type NoteRow } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

const COLUMNS = `id, kind, filter, options, "by", reason, state, done, started_at AS startedAt, ended_at AS endedAt`;

const INSERT = `
  INSERT INTO bulks (id, kind, filter, options, "by", reason, state, started_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'running', ?7)
  ON CONFLICT DO NOTHING`;

export async function insertBulk(d1: D1Database, bulk: Omit<StoredBulk, "state" | "done" | "endedAt">): Promise<void> {
  const { id, kind, filter, options, by, reason, startedAt } = bulk;
  await withStorage(d1, () => d1.prepare(INSERT).bind(id, kind, filter, options, by, reason, startedAt).run());
}

export async function readBulk(d1: D1Database, id: string): Promise<StoredBulk | null> {
  return await withStorage(d1, () => d1.prepare(`SELECT ${COLUMNS} FROM bulks WHERE id = ?1`).bind(id).first<StoredBulk>());
}

/** Newest first. */
export async function readBulks(d1: D1Database, limit: number): Promise<StoredBulk[]> {
  const select = d1.prepare(`SELECT ${COLUMNS} FROM bulks ORDER BY id DESC LIMIT ?1`).bind(limit);
  return (await withStorage(d1, () => select.all<StoredBulk>())).results;
}

/** Ids of those that nobody has ended. */
export async function readRunningBulks(d1: D1Database, limit: number): Promise<string[]> {
  const select = d1.prepare("SELECT id FROM bulks INDEXED BY bulks_running WHERE state = 'running' ORDER BY id LIMIT ?1").bind(limit);
  const { results } = await withStorage(d1, () => select.all<{ id: string }>());
  return results.map(({ id }) => id);
}

/** One that is over stays as it ended. */
const END = "UPDATE bulks SET state = ?2, ended_at = ?3 WHERE id = ?1 AND state = 'running'";

export async function finishBulk(d1: D1Database, id: string, now: number): Promise<void> {
  const state: BulkState = "finished";
  await withStorage(d1, () => d1.prepare(END).bind(id, state, now).run());
}

/** With the note, if it was running. */
export async function haltBulk(d1: D1Database, id: string, note: NoteRow): Promise<void> {
  const state: BulkState = "stopped";
  await changeNoted(d1, d1.prepare(END).bind(id, state, note.at), note);
}

/** Counts what the statement before it in the batch changed. */
export function countDone(d1: D1Database, id: string): D1PreparedStatement {
  return d1.prepare("UPDATE bulks SET done = done + changes() WHERE id = ?1").bind(id);
}
