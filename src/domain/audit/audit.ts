import type { AuditPage, Mismatch } from "../../../schema/contract/audit.ts";
import type { RunView } from "../../../schema/contract/dispatches.ts";
import type { NoteKind, Remedy } from "../../../schema/contract/notes.ts";
import { OUTCOMES, STATUSES, type Status } from "../../../schema/contract/statuses.ts";
import { dispatchId } from "../../../schema/ids.ts";
import { AUDIT, CHECK } from "../../../schema/limits.ts";
import type { StoredDispatch } from "../../../schema/storage/tables.ts";
import { isAlive } from "../attempt/run-status.ts";
import { wrongInLines } from "./lines.ts";

/** A piece of what is stored, with what the engine says of its runs. */
export interface AuditPiece {
  readonly events: readonly AuditedEvent[];
  readonly dispatches: readonly AuditedDispatch[];
  readonly orphans?: Orphans;
  readonly now: number;
}

/** Ids of dispatches that are not stored, each once: of which there are executions, and notes. */
export interface Orphans {
  readonly executions: readonly string[];
  readonly notes: readonly string[];
}

export interface AuditedEvent {
  readonly id: string;
  /** Whom the configuration that routed it owes it to, in order; `null` when that configuration is not stored. */
  readonly owedTo: readonly { readonly route: string; readonly destination: string }[] | null;
}

/** What a note says as far as an audit asks: of a repair what was done, of any other its kind. */
export type NotedFact = Exclude<NoteKind, "repair"> | Remedy;

/** Recorded attempts of a dispatch, in figures. */
export interface ExecutionFigures {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly lastOutcome: string;
}

export interface AuditedDispatch
  extends Pick<
    StoredDispatch,
    | "id"
    | "route"
    | "destination"
    | "status"
    | "dueAt"
    | "checkAt"
    | "settledAt"
    | "attempts"
    | "recoveries"
    | "overdueSince"
    | "superseded"
  > {
  readonly timeoutMs: number;
  readonly hasEvent: boolean;
  readonly executions: ExecutionFigures | null;
  readonly noted: readonly NotedFact[];
  /** Attempts cannot be made now, and need not be: whatever its run does is right. */
  readonly held: boolean;
  /** Its run, where it was asked for. */
  readonly run: RunView["status"] | null;
  /** The run had outlived the dispatch and was ended. */
  readonly ended: boolean;
}

export type AuditFigures = Omit<AuditPage, "cursor">;

const NO_ORPHANS: Orphans = { executions: [], notes: [] };

/** Counts a piece and names every mismatch in it. */
export function auditPiece({ events, dispatches, orphans = NO_ORPHANS, now }: AuditPiece): AuditFigures {
  const found = [
    ...events.flatMap((event) => aboutEvent(event, dispatches)),
    ...dispatches.flatMap((one) => aboutDispatch(one, now)),
    ...aboutOrphans(orphans),
    ...wrongInLines(dispatches).map((id): Found => ["wrong_dead_letter", id]),
  ];
  const ongoing = dispatches.filter(({ status }) => status === "ongoing");
  return {
    events: events.length,
    dispatches: tally(dispatches.map(({ status }) => status)),
    executions: dispatches.reduce((sum, { executions }) => sum + (executions?.count ?? 0), 0),
    runs: tallied(ongoing.flatMap(({ run }) => (run === null ? [] : [run]))),
    repairing: ongoing.filter(isInRepair).length,
    ended: dispatches.filter((dispatch) => dispatch.ended).length,
    unexplained: found.length,
    mismatches: byName(found),
  };
}

const HELD_BACK: readonly RunView["status"][] = ["queued", "paused", "waitingForPause", "rollingBack"];

type Found = readonly [name: Mismatch, id: string];

function aboutEvent({ id, owedTo }: AuditedEvent, dispatches: readonly AuditedDispatch[]): Found[] {
  if (owedTo === null) return [["missing_config", id]];
  const isThere = (target: { route: string; destination: string }, ordinal: number) =>
    dispatches.some((one) => one.id === dispatchId(id, ordinal) && one.route === target.route && one.destination === target.destination);
  return owedTo.every(isThere) ? [] : [["missing_dispatches", id]];
}

function aboutDispatch(dispatch: AuditedDispatch, now: number): Found[] {
  const { status, executions, attempts, checkAt, settledAt, hasEvent } = dispatch;
  const names: Mismatch[] = hasEvent ? [] : ["orphan_dispatch"];
  const isSettled = status !== "ongoing";
  if ((checkAt === null) !== isSettled || (settledAt !== null) !== isSettled) names.push("settled_inconsistent");
  if (executions === null ? attempts !== 0 : executions.count !== attempts || executions.first !== 1 || executions.last !== attempts) {
    names.push("attempt_gap");
  }
  const unexplained = isSettled ? aboutSettled(dispatch) : aboutOngoing(dispatch, now);
  if (unexplained !== undefined) names.push(unexplained);
  return names.map((name) => [name, dispatch.id]);
}

function aboutOrphans({ executions, notes }: Orphans): Found[] {
  return [...executions.map((id): Found => ["orphan_execution", id]), ...notes.map((id): Found => ["orphan_note", id])];
}

function aboutSettled({ status, executions, noted, run }: AuditedDispatch): Mismatch | undefined {
  const isOutcome = (OUTCOMES as readonly Status[]).includes(status);
  if (isOutcome && executions?.lastOutcome !== status && !noted.includes("settle")) return "settled_without_record";
  if (status === "lost" && !noted.includes("lost")) return "settled_without_record";
  return status !== "lost" && isAlive(run) ? "orphan_run" : undefined;
}

function aboutOngoing(dispatch: AuditedDispatch, now: number): Mismatch | undefined {
  const { dueAt, timeoutMs, checkAt, run, held } = dispatch;
  if (held) return undefined;
  const isForgotten = now > (checkAt ?? 0) + AUDIT.forgottenMs;
  const isLate = now > dueAt + timeoutMs + CHECK.graceMs + AUDIT.lateMs;
  const isExcused = isInRepair(dispatch) || HELD_BACK.includes(run ?? "unknown");
  if (!isForgotten && (!isLate || isExcused)) return undefined;
  if (run === "missing") return "never_started";
  if (run === "unknown" || run === null) return "unverifiable";
  return isAlive(run) ? "stuck" : "unrecorded";
}

function isInRepair({ recoveries, overdueSince }: AuditedDispatch): boolean {
  return recoveries > 0 || overdueSince !== null;
}

function tally(statuses: readonly Status[]): Record<Status, number> {
  const counted = tallied(statuses);
  return Object.fromEntries(STATUSES.map((status) => [status, counted[status] ?? 0])) as Record<Status, number>;
}

function tallied<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length])) as Partial<
    Record<Name, number>
  >;
}

function byName(found: readonly Found[]): AuditPage["mismatches"] {
  const groups = Map.groupBy(found, ([name]) => name);
  return Object.fromEntries(
    [...groups].map(([name, all]) => [name, { count: all.length, examples: all.slice(0, AUDIT.examples).map(([, id]) => id) }]),
  );
}
