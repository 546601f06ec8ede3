import type { AuditPage } from "../../../schema/contract/audit.ts";
import { AUDIT, CHECK } from "../../../schema/limits.ts";
import type { StoredEvent } from "../../../schema/storage/tables.ts";
import { configured } from "../../bindings/configuration.ts";
import { lookAtRun, terminateRun, wakeRun } from "../../bindings/dispatch-runs.ts";
import { engineSlots, type Slots } from "../../bindings/engine.ts";
import type { Hub } from "../../bindings/hub.ts";
import { logError } from "../../bindings/log.ts";
import { isHeld } from "../../domain/attempt/held.ts";
import { isAlive, isOver } from "../../domain/attempt/run-status.ts";
import { type AuditedDispatch, type AuditedEvent, auditPiece, type Orphans } from "../../domain/audit/audit.ts";
import { parseAuditQuery } from "../../domain/audit/audit-query.ts";
import { type AuditSums, auditDetail, positionOf, progressAt, startOfAudit, withPiece } from "../../domain/audit/audit-sums.ts";
import { storedEvent } from "../../domain/emit/plan-emit.ts";
import { storedRouting } from "../../domain/routing/routing.ts";
import { noteAudit } from "../../store/audit/note-audit.ts";
import { type AuditWindow, readAuditPiece, type StoredPiece } from "../../store/audit/read-audit.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { readConfigs } from "../../store/emit/configs.ts";
import { readControls } from "../../store/pause/controls.ts";
import type { Operator } from "../operate/operator.ts";
import { cursorsOf } from "../read/cursors.ts";

/** Who has the hub audited. */
export type Auditor = Pick<Operator, "hub" | "name">;

/**
 * Counts a piece of what is stored and compares it with the configuration that routed it, with itself, and with the engine. A run that
 * outlived its dispatch is ended; it is a mismatch when that fails. The last piece is not given before it is noted what all came to: who
 * calls again for what failed has the same cursor.
 */
export async function audit(auditor: Auditor, query: unknown): Promise<AuditPage> {
  const { hub } = auditor;
  const { cursor, allRuns, ...window } = parseAuditQuery(query);
  const cursors = cursorsOf(hub, { list: "audit", allRuns, ...window });
  const position = await cursors.open(cursor);
  const { after, sums } = position === undefined ? startOfAudit(hub.now()) : progressAt(position);
  const piece = await readAuditPiece(homeStore(hub.env), { ...window, after });
  const now = hub.now();
  const [events, stored] = await Promise.all([owedTo(hub, piece.events), withFigures(hub, piece)]);
  const figures = auditPiece({ events, dispatches: await lookAtRuns(hub, stored, { now, allRuns }), orphans: orphansOf(piece), now });
  const total = withPiece(sums, figures);
  if (piece.last !== undefined) return { ...figures, ...(await cursors.seal(positionOf(piece.last, total))) };
  await noteEnd(auditor, total, window);
  return figures;
}

async function noteEnd({ hub, name }: Auditor, sums: AuditSums, window: AuditWindow): Promise<void> {
  await noteAudit(homeStore(hub.env), { id: hub.newId(), at: hub.now(), by: name, detail: auditDetail(sums, window) });
}

/** Routes events again, each by the configuration that routed it. */
async function owedTo(hub: Hub, events: readonly StoredEvent[]): Promise<AuditedEvent[]> {
  const bodies = await readConfigs(homeStore(hub.env), [...new Set(events.map(({ configVersion }) => configVersion))]);
  const routings = new Map([...bodies].map(([version, body]) => [version, storedRouting(body)]));
  return events.map((event) => {
    const routing = routings.get(event.configVersion);
    const targets = routing?.targetsOf(storedEvent(event));
    return { id: event.id, owedTo: targets ?? null };
  });
}

type Figured = Omit<AuditedDispatch, "run" | "ended">;

async function withFigures(hub: Hub, { dispatches, executions, notes }: StoredPiece): Promise<Figured[]> {
  const [controls, configuration] = await Promise.all([readControls(homeStore(hub.env), hub.now()), configured(hub.env)]);
  const controlOf = new Map(controls.map((control) => [control.destination, control]));
  const figures = new Map(executions.map((row) => [row.dispatchId, row]));
  const noted = Map.groupBy(notes, ({ subjectId }) => subjectId);
  return dispatches.map((dispatch) => ({
    ...dispatch,
    executions: figures.get(dispatch.id) ?? null,
    noted: noted.get(dispatch.id)?.map(({ fact }) => fact) ?? [],
    held: isHeld(controlOf.get(dispatch.destination), dispatch.dueAt) || !configuration.ok,
  }));
}

/** What is stored of dispatches that are not. */
function orphansOf({ dispatches, executions, notes }: StoredPiece): Orphans {
  const stored = new Set(dispatches.map(({ id }) => id));
  const missing = (ids: readonly string[]) => [...new Set(ids)].filter((id) => !stored.has(id));
  return { executions: missing(executions.map(({ dispatchId }) => dispatchId)), notes: missing(notes.map(({ subjectId }) => subjectId)) };
}

async function lookAtRuns(
  hub: Hub,
  dispatches: readonly Figured[],
  { now, allRuns }: { now: number; allRuns: boolean },
): Promise<AuditedDispatch[]> {
  const slots = engineSlots();
  const look = async (dispatch: Figured) => {
    const asked = dispatch.status === "ongoing" || mayBeEnded(dispatch, { now, allRuns });
    return { ...dispatch, run: asked ? (await lookAtRun(hub.env.DISPATCH_WORKFLOW, dispatch.id)).status : null, ended: false };
  };
  const looked = await Promise.all(dispatches.map((dispatch) => slots(() => look(dispatch))));
  const orphans = looked.filter(({ status, run }) => status !== "ongoing" && isAlive(run)).map(({ id }) => id);
  const ends = await endRuns(hub, orphans, slots);
  return looked.map((dispatch) => ({ ...dispatch, ...ends.get(dispatch.id) }));
}

/** A call that was under way when the dispatch was settled otherwise is still to be recorded, and an answer makes good a loss whenever it comes. */
function mayBeEnded({ status, settledAt, timeoutMs }: Figured, { now, allRuns }: { now: number; allRuns: boolean }): boolean {
  const settledFor = now - (settledAt ?? 0);
  return status !== "lost" && settledFor > timeoutMs + CHECK.graceMs && (allRuns || settledFor <= AUDIT.settledMs);
}

type RunEnd = Pick<AuditedDispatch, "run" | "ended">;

/** Wakes runs whose dispatch has settled, so that they look and end by themselves; those that do not, such as one that sleeps, are terminated. */
async function endRuns(hub: Hub, ids: readonly string[], slots: Slots): Promise<ReadonlyMap<string, RunEnd>> {
  const isEnded = async (id: string) => isOver((await lookAtRun(hub.env.DISPATCH_WORKFLOW, id)).status);
  await Promise.all(ids.map((id) => slots(() => quietly(id, wakeRun(hub.env.DISPATCH_WORKFLOW, id)))));
  if (ids.length > 0) await scheduler.wait(AUDIT.wakingMs);
  const end = async (id: string): Promise<[string, RunEnd]> => {
    if (await isEnded(id)) return [id, { run: null, ended: true }];
    await quietly(id, terminateRun(hub.env.DISPATCH_WORKFLOW, id));
    return [id, (await isEnded(id)) ? { run: null, ended: true } : { run: "running", ended: false }];
  };
  return new Map(await Promise.all(ids.map((id) => slots(() => end(id)))));
}

async function quietly(dispatchId: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    logError("audit.end", error, { dispatchId });
  }
}
