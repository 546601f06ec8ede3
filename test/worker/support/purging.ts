import { env } from "cloudflare:workers";
import type { PurgePage, PurgeQuery } from "../../../schema/contract/purge.ts";
import { DAY_MS } from "../../../schema/limits.ts";
import type { PurgedTable } from "../../../schema/storage/retention.ts";
import { createHub } from "../../../src/bindings/hub.ts";
import { purge } from "../../../src/hub/purge/purge.ts";
import { aroundD1 } from "./around-d1.ts";
import { envWith } from "./hub.ts";
import { idAt } from "./old-chains.ts";
import { rows } from "./rows.ts";

export const BEFORE = Date.now() - 30 * DAY_MS;
export const OLD = BEFORE - DAY_MS;
export const YOUNG = BEFORE + DAY_MS;

type Rows = Record<PurgedTable, number>;

type Totals = Omit<PurgePage, "cursor">;

export const NO_ROWS: Rows = { events: 0, dispatches: 0, executions: 0, notes: 0, bulks: 0 };

export const NOTHING: Totals = { ...NO_ROWS, kept: 0 };

export function sum(pages: readonly PurgePage[]): Totals {
  const names = Object.keys(NOTHING) as (keyof Totals)[];
  return Object.fromEntries(names.map((name) => [name, pages.reduce((all, page) => all + page[name], 0)])) as unknown as Totals;
}

/** Calls until there is no cursor. */
export async function pagesOf({
  given = env,
  before = BEFORE,
  ...query
}: PurgeQuery & { given?: Env; before?: number } = {}): Promise<PurgePage[]> {
  const pages: PurgePage[] = [];
  let cursor = query.cursor;
  do {
    const page = await purge(createHub(given), new Date(before), { ...query, cursor });
    pages.push(page);
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < 100);
  return pages;
}

export const purgeAll = async (query: Parameters<typeof pagesOf>[0] = {}) => sum(await pagesOf(query));

/** Counts what there is, by table. */
export async function counts(): Promise<Rows> {
  const selects = Object.keys(NO_ROWS).map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
  const [row] = await rows<Rows>(`SELECT ${selects.join(", ")}`);
  return row ?? NO_ROWS;
}

export function difference(before: Rows, after: Rows): Rows {
  const tables = Object.entries(before) as [PurgedTable, number][];
  return Object.fromEntries(tables.map(([table, count]) => [table, count - after[table]])) as Rows;
}

/** The hub with something that happens just before a purge deletes. */
export function beforeDeletes(happens: () => Promise<void>): Env {
  let left = 1;
  const d1 = aroundD1(env.DB, async ({ statements, go }) => {
    if (statements.some(({ sql }) => sql.startsWith("DELETE")) && left-- > 0) await happens();
    return await go();
  });
  return envWith({ DB: d1 });
}

/** When a bulk operation started and ended; without `endedAt` it is running. */
interface OldBulk {
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** Bulk operations as if done then, with a note each. */
export async function storeBulks(bulks: readonly OldBulk[]): Promise<string[]> {
  const all = bulks.map((bulk) => ({ ...bulk, id: idAt(bulk.startedAt) }));
  await rows(
    `INSERT INTO bulks (id, kind, filter, options, "by", state, started_at, ended_at)
     SELECT value ->> 'id', 'retry', '{}', '{}', 'tests', iif(value ->> 'endedAt' IS NULL, 'running', 'finished'),
       value ->> 'startedAt', value ->> 'endedAt'
     FROM json_each(?)`,
    JSON.stringify(all),
  );
  await insertNotes(all.map(({ id, startedAt }) => ({ subject: `bulk:${id}`, at: startedAt })));
  return all.map(({ id }) => id);
}

export async function storeBulk(bulk: OldBulk): Promise<string> {
  const [id = ""] = await storeBulks([bulk]);
  return id;
}

/** Notes on a subject, one as if written at each of these moments. */
export async function storeNotes(subject: string, moments: readonly number[]): Promise<void> {
  await insertNotes(moments.map((at) => ({ subject, at })));
}

async function insertNotes(notes: readonly { readonly subject: string; readonly at: number }[]): Promise<void> {
  await rows(
    `INSERT INTO notes (subject_id, id, at, kind, "by")
     SELECT value ->> 'subject', value ->> 'id', value ->> 'at', 'test', 'tests' FROM json_each(?)`,
    JSON.stringify(notes.map((note) => ({ ...note, id: idAt(note.at) }))),
  );
}

/** When the notes on a subject were written, oldest first. */
export async function noteMoments(subject: string): Promise<number[]> {
  return (await rows<{ at: number }>("SELECT at FROM notes WHERE subject_id = ? ORDER BY id", subject)).map(({ at }) => at);
}
