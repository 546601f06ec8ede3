import type { LastAudit } from "../../../schema/contract/health.ts";
import type { Json } from "../../../schema/json.ts";
import type { Position } from "../base/cursor.ts";
import { iso } from "../base/iso.ts";
import type { AuditFigures } from "./audit.ts";

/** What an audit has come to, all pieces so far: it travels in the cursor, since an audit is read in pieces by its caller. */
export interface AuditSums {
  readonly startedAt: number;
  readonly events: number;
  readonly dispatches: number;
  readonly unexplained: number;
}

/** Where the next piece begins, with the sums so far. */
export interface AuditProgress {
  /** The last event of the piece before. */
  readonly after: string | undefined;
  readonly sums: AuditSums;
}

export function startOfAudit(startedAt: number): AuditProgress {
  return { after: undefined, sums: { startedAt, events: 0, dispatches: 0, unexplained: 0 } };
}

export function withPiece(sums: AuditSums, { events, dispatches, unexplained }: AuditFigures): AuditSums {
  return {
    startedAt: sums.startedAt,
    events: sums.events + events,
    dispatches: Object.values(dispatches).reduce((sum, count) => sum + count, sums.dispatches),
    unexplained: sums.unexplained + unexplained,
  };
}

export function positionOf(after: string, { startedAt, events, dispatches, unexplained }: AuditSums): Position {
  return [after, startedAt, events, dispatches, unexplained];
}

export function progressAt(position: Position): AuditProgress {
  const [startedAt = 0, events = 0, dispatches = 0, unexplained = 0] = position.slice(1).map(Number);
  return { after: String(position[0]), sums: { startedAt, events, dispatches, unexplained } };
}

/** Detail of the note of an audit that came to its end. */
export function auditDetail(sums: AuditSums, { from, to }: { from?: number | undefined; to?: number | undefined }): Json {
  const { startedAt, ...counts } = sums;
  return { startedAt: iso(startedAt), ...(from !== undefined && { from: iso(from) }), ...(to !== undefined && { to: iso(to) }), ...counts };
}

export function lastAudit({ at, detail }: { at: number; detail: string }): LastAudit {
  return { endedAt: iso(at), ...(JSON.parse(detail) as Omit<LastAudit, "endedAt">) };
}
