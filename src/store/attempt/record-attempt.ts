import type { Outcome } from "../../../schema/contract/statuses.ts";
import { CHAIN } from "../../../schema/limits.ts";
import type { RecordedError } from "../../domain/attempt/answer.ts";
import type { ControlChange } from "../../domain/attempt/auto-pause.ts";
import type { Next } from "../../domain/attempt/next-attempt.ts";
import { noteRow } from "../../domain/base/note.ts";
import type { EmitPlan } from "../../domain/emit/plan-emit.ts";
import { fenceOf } from "../d1/fences.ts";
import { reckonLines, reckonLinesOf } from "../d1/lines.ts";
import { noteStatement } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";
import type { ConfigRow } from "../emit/configs.ts";
import { knownFromResults, knownStatements } from "../emit/known-keys.ts";
import { type StoredPlan, storePlan } from "../emit/store-plan.ts";
import { controlStatements } from "./auto-pause.ts";

/** One attempt with all that follows from it: a plain value that survives being written down and read back. */
export interface AttemptRecord {
  readonly dispatchId: string;
  readonly attempt: number;
  readonly nonce: string;
  readonly outcome: Outcome;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly error: RecordedError | null;
  readonly next: Next;
  /** The events of the reply. */
  readonly followUps: EmitPlan;
  /** What routed them; null when there are none. */
  readonly config: ConfigRow | null;
  /** What of the reply said nothing: noted on the dispatch. */
  readonly odd?: string | undefined;
  /** What the attempt says of its destination. Not there in records that an earlier version handed over. */
  readonly control?: ControlChange | null | undefined;
}

/**
 * `applied`: execution, state and follow-ups are written. `kept`: the execution is, but the dispatch had settled otherwise, so nothing
 * else. `discarded`: nothing is written, since another answer to this attempt stands, or the dispatch has been purged.
 */
export type RecordEffect = "applied" | "kept" | "discarded";

export interface Recorded extends Pick<StoredPlan, "known" | "paused"> {
  readonly effect: RecordEffect;
}

/**
 * Records an attempt, its dispatch's new state and the events of its reply in one transaction. Throws `key.conflict` when an event of
 * the reply has a key that stands for another event, `chain.too_long` when its chain takes no more; then nothing is written.
 */
export async function recordAttempt(
  d1: D1Database,
  record: AttemptRecord,
  { maxChainEvents = CHAIN.maxEvents }: { maxChainEvents?: number } = {},
): Promise<Recorded> {
  const { dispatchId, next } = record;
  const reckoning = next.status === "ongoing" ? [] : reckonLines(d1, [dispatchId]);
  return await recordWith(d1, record, { maxChainEvents, reckoning });
}

interface Circumstances {
  readonly maxChainEvents: number;
  /** What says how the line of the dispatch stands after it. */
  readonly reckoning: readonly D1PreparedStatement[];
}

async function recordWith(d1: D1Database, record: AttemptRecord, given: Circumstances): Promise<Recorded> {
  try {
    return await write(d1, record, given);
  } catch (error) {
    const fence = fenceOf(error);
    if (fence === "answeredLate") {
      return await recordWith(d1, record, { ...given, reckoning: [reckonLinesOf(d1, [record.dispatchId])] });
    }
    if (fence === "dispatchGone") return { effect: "discarded", known: new Map(), paused: new Set() };
    if (fence !== "attemptRecorded") throw error;
    return await standing(d1, record, knownStatements(d1, record.followUps));
  }
}

/** Fenced, where the line is not reckoned, from an answer that makes a difference to it. */
async function write(d1: D1Database, record: AttemptRecord, { maxChainEvents, reckoning }: Circumstances): Promise<Recorded> {
  const { dispatchId, attempt, followUps, config, next } = record;
  const guard = { dispatchId, status: next.status, attempts: attempt };
  const before = [...recordStatements(d1, record, reckoning.length > 0 ? UPDATE_DISPATCH : FENCED_UPDATE), ...reckoning];
  const behind = [...controlStatements(d1, record), ...oddStatements(d1, record)];
  const stored = await storePlan(d1, { plan: followUps, config, guard, maxChainEvents, before, behind });
  const settledOtherwise = stored.before[1]?.meta.changes === 0;
  return { effect: settledOtherwise ? "kept" : "applied", known: stored.known, paused: stored.paused };
}

/** A plain INSERT: its conflict rolls back the whole batch, and so does a dispatch that is gone. */
const INSERT_EXECUTION = `
  INSERT INTO executions (dispatch_id, attempt, nonce, outcome, started_at, finished_at, error)
  VALUES ((SELECT id FROM dispatches WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7)`;

/** Only an ongoing dispatch changes, and a lost one to what really happened, not before it was lost. */
const updateDispatch = (status: string) => `
  UPDATE dispatches
  SET status = ${status}, attempts = ?3, due_at = coalesce(?4, due_at), check_at = ?5, settled_at = max(coalesce(settled_at, ?6), ?6),
    reason = ?7, recoveries = 0, overdue_since = NULL
  WHERE id = ?1 AND (status = 'ongoing' OR (status = 'lost' AND ?2 <> 'ongoing'))`;

const UPDATE_DISPATCH = updateDispatch("?2");

/** Setting a NOT NULL column to NULL is the fence: what was lost has been retried or dismissed, and the other links of its line are to be looked at. */
const FENCED_UPDATE = updateDispatch("iif(status = 'lost' AND superseded <> 0, NULL, ?2)");

/** An answer that came too late to decide anything has been given all the same. */
const COUNT_LATE_ATTEMPT = "UPDATE dispatches SET attempts = ?2 WHERE id = ?1 AND attempts < ?2";

/** A reply that is heard in full costs none. */
function oddStatements(d1: D1Database, { dispatchId, attempt, nonce, finishedAt, odd }: AttemptRecord): D1PreparedStatement[] {
  if (odd === undefined) return [];
  const note = {
    subjectId: dispatchId,
    id: nonce,
    at: finishedAt,
    kind: "odd_reply",
    by: "hub",
    reason: odd,
    detail: { attempt },
  } as const;
  return [noteStatement(d1, noteRow(note))];
}

function recordStatements(d1: D1Database, record: AttemptRecord, update: string): D1PreparedStatement[] {
  const { dispatchId, attempt, next } = record;
  const error = record.error === null ? null : JSON.stringify(record.error);
  const [dueAt, checkAt, settledAt] = next.status === "ongoing" ? [next.dueAt, next.checkAt, null] : [null, null, record.finishedAt];
  return [
    d1.prepare(INSERT_EXECUTION).bind(dispatchId, attempt, record.nonce, record.outcome, record.startedAt, record.finishedAt, error),
    d1.prepare(update).bind(dispatchId, next.status, attempt, dueAt, checkAt, settledAt, next.reason),
    d1.prepare(COUNT_LATE_ATTEMPT).bind(dispatchId, attempt),
  ];
}

const SELECT_STANDING = `
  SELECT nonce, outcome, status FROM executions JOIN dispatches ON dispatches.id = dispatch_id WHERE dispatch_id = ?1 AND attempt = ?2`;

/** What came of a record that meets its own fence: a commit that was reported failed and tried again, if the answer that stands is this one. */
async function standing(
  d1: D1Database,
  { dispatchId, attempt, nonce, outcome, next }: AttemptRecord,
  lookups: readonly D1PreparedStatement[],
): Promise<Recorded> {
  const select = d1.prepare(SELECT_STANDING).bind(dispatchId, attempt);
  const [found, ...known] = await withStorage(d1, () => d1.batch([select, ...lookups]));
  const stored = found?.results[0] as { nonce: string; outcome: string; status: string } | undefined;
  const none = { known: new Map(), paused: new Set<string>() };
  if (stored?.nonce !== nonce) return { effect: "discarded", ...none };
  const effect = stored.status === next.status && stored.outcome === outcome ? "applied" : "kept";
  return { ...none, effect, known: knownFromResults(known) };
}
