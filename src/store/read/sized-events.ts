import sql, { raw, type Sql } from "sql-template-tag";
import type { StoredEvent } from "../../../schema/storage/tables.ts";
import { EVENT_COLUMNS, selectList } from "../d1/columns.ts";
import { type Reader, type RowPage, readAll, readPage, type Scan } from "../d1/page.ts";

/** What the order of a list of events is made of. */
export type EventKey = Pick<StoredEvent, "id" | "source">;

type SizedEvent = Omit<StoredEvent, "data"> & { readonly data: string | null; readonly bytes: number };

/** Columns of an event, whose data stays in the database where it is longer than this: not read there either, since its size stands in the row. */
export function sizedColumns(longestBytes: number): Sql {
  const data = `iif(octet_length(data) <= ${longestBytes}, data, NULL)`;
  return raw(selectList({ ...EVENT_COLUMNS, data, bytes: "octet_length(data)" }));
}

/**
 * Reads a page of a scan of `sizedColumns` whose data has `maxBytes` at most, of one event at least. What was left in the database is read when
 * it is known to fit: a page without it costs one round trip. What is purged in between is left out.
 */
export async function readSizedPage(
  d1: D1Database,
  { maxBytes, ...page }: Scan & { readonly limit: number; readonly maxBytes: number },
): Promise<RowPage<StoredEvent, EventKey>> {
  const { rows, last } = await readPage<SizedEvent>(d1, page);
  const fitting = withinBytes(rows, maxBytes);
  const left = fitting.flatMap(({ id, data }) => (data === null ? [id] : []));
  const texts = left.length === 0 ? new Map<string, string>() : await readData(d1, left, page.reader);
  const whole = fitting.flatMap(({ bytes, ...row }) => {
    const data = row.data ?? texts.get(row.id);
    return data === undefined ? [] : [{ ...row, data }];
  });
  const end = fitting.length < rows.length ? fitting.at(-1) : last;
  return end === undefined ? { rows: whole } : { rows: whole, last: end };
}

function withinBytes(rows: readonly SizedEvent[], maxBytes: number): readonly SizedEvent[] {
  let sum = 0;
  const over = rows.findIndex(({ bytes }, index) => {
    sum += bytes;
    return index > 0 && sum > maxBytes;
  });
  return over < 0 ? rows : rows.slice(0, over);
}

async function readData(d1: D1Database, ids: readonly string[], reader: Reader | undefined): Promise<ReadonlyMap<string, string>> {
  const rows = await readAll<{ id: string; data: string }>(
    d1,
    sql`SELECT id, data FROM events WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    reader,
  );
  return new Map(rows.map(({ id, data }) => [id, data]));
}
