import { v7 as uuidv7 } from "uuid";
import type { BulkDetail, BulkKind, BulkPreview, BulkView } from "../../../schema/contract/bulks.ts";
import { Fault } from "../../../schema/faults.ts";
import { BULK } from "../../../schema/limits.ts";
import type { StoredBulk } from "../../../schema/storage/tables.ts";
import { keepBulkRun } from "../../bindings/bulk-runs.ts";
import { logWarning } from "../../bindings/log.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseBulkFilter, parseBulkKind } from "../../domain/operate/bulk-filter.ts";
import { bulkView } from "../../domain/operate/bulk-view.ts";
import { parseOperation, parseRetryOptions } from "../../domain/operate/parse-operation.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { noteView } from "../../domain/read/note-view.ts";
import { haltBulk, insertBulk, readBulk, readBulks } from "../../store/operate/bulks.ts";
import { readNotes } from "../../store/read/read-dispatches.ts";
import { countMatching, readMatching } from "../../store/read/read-matching.ts";
import { type Operator, operationNote } from "./operator.ts";

/** What a bulk operation would do now. */
export async function previewBulk(env: Env, given: unknown, filtered: unknown): Promise<BulkPreview> {
  const now = Date.now();
  const kind = parseBulkKind(given);
  const filter = parseBulkFilter(kind, filtered, now);
  const [counted, { rows }] = await Promise.all([
    countMatching(env.DB, kind, filter),
    readMatching(env.DB, { kind, filter, after: undefined, limit: BULK.sample }),
  ]);
  return { ...counted, sample: rows.map((row) => dispatchView(row, now)) };
}

/** Writes the operation down and starts its run; should that fail, the next sweep does. */
export async function startBulk(operator: Operator, kind: BulkKind, given: { filter: unknown; options: unknown }): Promise<BulkView> {
  const { env } = operator;
  const startedAt = Date.now();
  const filter = parseBulkFilter(kind, given.filter, startedAt);
  const { by = operator.name, reason = null, ...options } = (kind === "retry" ? parseRetryOptions : parseOperation)(given.options);
  const id = uuidv7();
  await insertBulk(env.DB, { id, kind, filter: JSON.stringify(filter), options: JSON.stringify(options), by, reason, startedAt });
  try {
    await keepBulkRun(env.BULK_WORKFLOW, id);
  } catch (error) {
    logWarning("bulk.start", { bulk: id, error: String(error) });
  }
  return bulkView(await requireBulk(env, id));
}

export async function getBulk(env: Env, id: unknown): Promise<BulkDetail | null> {
  const row = await readBulk(env.DB, parseId(id));
  return row === null ? null : await detailOf(env, row);
}

async function detailOf(env: Env, row: StoredBulk): Promise<BulkDetail> {
  const notes = await readNotes(env.DB, `${BULK.subject}${row.id}`);
  return { ...bulkView(row), notes: notes.map(noteView) };
}

export async function listBulks(env: Env): Promise<BulkView[]> {
  return (await readBulks(env.DB, BULK.listed)).map(bulkView);
}

/** Its run finds out before its next piece. */
export async function stopBulk(operator: Operator, given: unknown, options: unknown): Promise<BulkDetail> {
  const { env } = operator;
  const note = operationNote(operator, "stop", parseOperation(options));
  const { id } = await requireBulk(env, given);
  await haltBulk(env.DB, id, { ...note, subjectId: `${BULK.subject}${id}`, detail: null });
  return await detailOf(env, await requireBulk(env, id));
}

/** Throws `bulk.unknown`. */
async function requireBulk(env: Env, id: unknown): Promise<StoredBulk> {
  const row = await readBulk(env.DB, parseId(id));
  if (row === null) throw new Fault("bulk.unknown", `There is no bulk operation ${String(id)}.`);
  return row;
}
