import type { BulkDetail, BulkKind, BulkPreview, BulkView } from "../../../schema/contract/bulks.ts";
import { Fault } from "../../../schema/faults.ts";
import { BULK } from "../../../schema/limits.ts";
import { bulkSubject } from "../../../schema/storage/subjects.ts";
import type { StoredBulk } from "../../../schema/storage/tables.ts";
import { keepBulkRun } from "../../bindings/bulk-runs.ts";
import type { Hub } from "../../bindings/hub.ts";
import { logWarning } from "../../bindings/log.ts";
import { noteRow } from "../../domain/base/note.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseBulkFilter, parseBulkKind } from "../../domain/operate/bulk-filter.ts";
import { bulkView } from "../../domain/operate/bulk-view.ts";
import { parseBulkOptions, parseOperation } from "../../domain/operate/parse-operation.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { noteView } from "../../domain/read/note-view.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { haltBulk, insertBulk, readBulk, readBulks } from "../../store/operate/bulks.ts";
import { readNotes } from "../../store/read/read-dispatches.ts";
import { countMatching, readMatching } from "../../store/read/read-matching.ts";
import { type Operator, operationNote } from "./operator.ts";

/** What a bulk operation would do now. */
export async function previewBulk(hub: Hub, given: unknown, filtered: unknown): Promise<BulkPreview> {
  const now = hub.now();
  const kind = parseBulkKind(given);
  const filter = parseBulkFilter(kind, filtered, now);
  const [counted, { rows }] = await Promise.all([
    countMatching(homeStore(hub.env), kind, filter),
    readMatching(homeStore(hub.env), { kind, filter, after: undefined, limit: BULK.sample }),
  ]);
  return { ...counted, sample: rows.map((row) => dispatchView(row, now)) };
}

/** Writes the operation down and starts its run; should that fail, the next sweep does. One of the same id is returned as it stands. */
export async function startBulk(operator: Operator, kind: BulkKind, given: GivenBulk): Promise<BulkView> {
  const { hub } = operator;
  const startedAt = hub.now();
  const filter = JSON.stringify(parseBulkFilter(kind, given.filter, startedAt));
  const { id = hub.newId(), by = operator.name, reason = null, ...delivery } = parseBulkOptions(kind, given.options, startedAt);
  const options = JSON.stringify(delivery);
  await insertBulk(homeStore(hub.env), { id, kind, filter, options, by, reason, startedAt });
  const bulk = await requireBulk(hub, id);
  requireSame(bulk, { kind, options, filter: JSON.stringify(parseBulkFilter(kind, given.filter, bulk.startedAt)) });
  if (bulk.state === "running") await startRun(hub, id);
  return bulkView(bulk);
}

interface GivenBulk {
  readonly filter: unknown;
  readonly options: unknown;
}

/** Throws `bulk.id_taken`. The filter that is compared was read as of the start of the one that is stored: an end that nobody gave is that. */
function requireSame(stored: StoredBulk, given: Pick<StoredBulk, "kind" | "filter" | "options">): void {
  if (stored.kind === given.kind && stored.filter === given.filter && stored.options === given.options) return;
  throw new Fault("bulk.id_taken", `${stored.id} is the id of another bulk operation, of another kind, filter or delivery.`);
}

async function startRun(hub: Hub, id: string): Promise<void> {
  try {
    await keepBulkRun(hub.env.BULK_WORKFLOW, id);
  } catch (error) {
    logWarning("bulk.start", { bulk: id, error: String(error) });
  }
}

export async function getBulk(hub: Hub, id: unknown): Promise<BulkDetail | null> {
  const row = await readBulk(homeStore(hub.env), parseId(id));
  return row === null ? null : await detailOf(hub, row);
}

async function detailOf(hub: Hub, row: StoredBulk): Promise<BulkDetail> {
  const notes = await readNotes(homeStore(hub.env), bulkSubject(row.id));
  return { ...bulkView(row), notes: notes.map(noteView) };
}

export async function listBulks(hub: Hub): Promise<BulkView[]> {
  return (await readBulks(homeStore(hub.env), BULK.listed)).map(bulkView);
}

/** Its run finds out before its next piece. */
export async function stopBulk(operator: Operator, given: unknown, options: unknown): Promise<BulkDetail> {
  const { hub } = operator;
  const note = operationNote(operator, "stop", parseOperation(options));
  const { id } = await requireBulk(hub, given);
  await haltBulk(homeStore(hub.env), id, noteRow({ ...note, subjectId: bulkSubject(id), detail: null }));
  return await detailOf(hub, await requireBulk(hub, id));
}

/** Throws `bulk.unknown`. */
async function requireBulk(hub: Hub, id: unknown): Promise<StoredBulk> {
  const row = await readBulk(homeStore(hub.env), parseId(id));
  if (row === null) throw new Fault("bulk.unknown", `There is no bulk operation ${String(id)}.`);
  return row;
}
