import { env, exports } from "cloudflare:workers";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { AuditPage } from "../../../schema/contract/audit.ts";
import type { EmitInput } from "../../../schema/contract/emit.ts";
import type { Status } from "../../../schema/contract/statuses.ts";
import { originalIdOf, redriveId, redriveNumberOf } from "../../../schema/ids.ts";
import { destinationSubject } from "../../../schema/storage/subjects.ts";
import { createHub } from "../../../src/bindings/hub.ts";
import type { Operator } from "../../../src/hub/operate/operator.ts";
import { reckonLines } from "../../../src/store/d1/lines.ts";
import { readLine } from "../../../src/store/read/read-dispatches.ts";
import { hub, only, storedDispatch } from "./hub.ts";
import { rows } from "./rows.ts";

/** The hub over RPC, as a Worker sees it whose binding has `props.source`. */
export function hubOf(source: string): EventHubApi {
  const bind = exports.EventHub as unknown as (binding: { props: { source: string } }) => EventHubApi;
  return bind({ props: { source } });
}

/** Does an operation in an environment of the test's own, and waits for what comes after the reply. */
export async function operate<Result>(given: Env, work: (operator: Operator) => Promise<Result>): Promise<Result> {
  const later: Promise<unknown>[] = [];
  const result = await work({ hub: createHub(given), name: "tests", afterReply: (promise) => void later.push(promise) });
  await Promise.all(later);
  return result;
}

/** A note as it is stored, its detail as text. */
export interface StoredNote {
  readonly at: number;
  readonly kind: string;
  readonly by: string;
  readonly reason: string | null;
  readonly detail: string | null;
}

export async function storedNotes(subject: string): Promise<StoredNote[]> {
  return await rows<StoredNote>(`SELECT at, kind, "by", reason, detail FROM notes WHERE subject_id = ? ORDER BY id`, subject);
}

/** What was done to a destination. */
export async function notesOfDestination(name: string): Promise<StoredNote[]> {
  return await storedNotes(destinationSubject(name));
}

/** A dispatch that has settled so, without an attempt or a run. */
export async function settledDispatch(status: Status = "failed", input: EmitInput = { type: "fast.settled", data: 1 }): Promise<string> {
  const id = await storedDispatch(input);
  await settleBySql(id, status);
  return id;
}

export async function settleBySql(id: string, status: Status = "failed"): Promise<void> {
  await rows("UPDATE dispatches SET status = ?2, check_at = NULL, settled_at = ?3 WHERE id = ?1", id, status, Date.now());
  const reckoning = reckonLines(env.DB, [id]);
  if (reckoning.length > 0) await env.DB.batch(reckoning);
}

/** The id of the nth redrive in the line of a dispatch, from 1; where there is none, an id that it might have had. */
export async function nthRedrive(id: string, nth: number): Promise<string> {
  const line = await readLine(env.DB, originalIdOf(id));
  return line.find((link) => redriveNumberOf(link.id) === nth)?.id ?? redriveId(id, nth, 0);
}

/** Makes the destination of an event's dispatches reply otherwise from now on. */
export async function replyWith(dispatchId: string, ...script: readonly unknown[]): Promise<void> {
  await rows(
    "UPDATE events SET data = json_set(data, '$.script', json(?2)) WHERE id = ?1",
    dispatchId.slice(0, 36),
    JSON.stringify(script),
  );
}

/** An audit of what was emitted since a moment, with the runs of all that has settled. */
export async function auditSince(from: Date): Promise<AuditPage> {
  const pieces: AuditPage[] = [];
  let cursor: string | undefined;
  do {
    const piece = await hub.audit({ from, allRuns: true, cursor });
    pieces.push(piece);
    cursor = piece.cursor;
  } while (cursor !== undefined);
  return only(pieces);
}

/** The real engine that does not delete, or not create, as a test says. */
export function engineThat(changes: {
  deletes?: (id: string) => Promise<void>;
  creates?: () => Promise<unknown>;
}): Env["DISPATCH_WORKFLOW"] {
  const real = env.DISPATCH_WORKFLOW;
  const get = async (id: string) => {
    const run = await real.get(id);
    const deletes = async () => await (changes.deletes === undefined ? run.delete() : changes.deletes(id));
    return { status: async () => await run.status(), sendEvent: async (event: never) => await run.sendEvent(event), delete: deletes };
  };
  const createBatch = async (batch: never) => await (changes.creates === undefined ? real.createBatch(batch) : changes.creates());
  return { get, createBatch } as unknown as Env["DISPATCH_WORKFLOW"];
}
