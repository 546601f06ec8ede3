import { DELIVERY_DEFAULTS } from "../../schema/config/policy.ts";
import { resolveDelivery } from "../../schema/config/resolve-policy.ts";
import type { NoteKind } from "../../schema/contract/notes.ts";
import { dispatchId } from "../../schema/ids.ts";
import type { Json } from "../../schema/json.ts";
import { CHECK } from "../../schema/limits.ts";
import { idSource } from "../../src/domain/base/id-source.ts";
import { type EmitPlan, NOTHING } from "../../src/domain/emit/plan-emit.ts";
import type { AttemptRecord } from "../../src/store/attempt/record-attempt.ts";

export const newId = idSource({ now: Date.now, randomBytes: () => crypto.getRandomValues(new Uint8Array(16)) });

/** A plan of one event owed to one destination, with ids that nobody has. */
export function freshPlan(given: { key?: string; data?: Json; destination?: string; dueAt?: number } = {}): EmitPlan {
  const { key = null, data = {}, destination = "email", dueAt = 0 } = given;
  const id = newId();
  const event = {
    ...{ id, type: "order.placed", source: "shop", subject: null, time: 0, data: JSON.stringify(data), key },
    ...{ correlationId: id, causationId: null, depth: 0, configVersion: "v1", extensions: null },
  };
  const policy = JSON.stringify(resolveDelivery(DELIVERY_DEFAULTS).policy);
  const dispatch = { id: dispatchId(id, 0), eventId: id, route: "all", destination, policy, dueAt, checkAt: dueAt + CHECK.graceMs };
  return { events: [event], dispatches: [dispatch] };
}

/** A first attempt that completed, with what a test wants to be different. */
export function attemptRecord(dispatchId: string, given: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    ...{ dispatchId, attempt: 1, nonce: newId(), outcome: "complete", startedAt: 0, finishedAt: 1, error: null },
    ...{ next: { status: "complete", reason: null }, followUps: NOTHING, config: null },
    ...given,
  };
}

/** A note of somebody's, to be written with what it tells. */
export function note<Kind extends NoteKind>(kind: Kind, at: number) {
  return { id: newId(), at, kind, by: "tests", reason: null };
}
