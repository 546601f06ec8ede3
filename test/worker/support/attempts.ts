import { env } from "cloudflare:workers";
import type { HandleReply } from "../../../schema/contract/delivery.ts";
import { createHub } from "../../../src/bindings/hub.ts";
import { attempt } from "../../../src/executor/attempt.ts";
import { deafQueue, envWith } from "./hub.ts";
import { type ExecutionRow, rows } from "./rows.ts";

/** One look at a dispatch, by hand: what the step returned, or the signal it threw. */
export async function look(dispatchId: string, given: Env = quiet): Promise<string> {
  try {
    return await attempt(createHub(given), dispatchId);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const quiet = envWith({ DISPATCH_QUEUE: deafQueue });

/** Looks until the dispatch has settled, as if time flew: what waits is made due at once. */
export async function lookToTheEnd(dispatchId: string, given: Env = quiet): Promise<void> {
  for (let looks = 0; looks < 50; looks++) {
    const result = await look(dispatchId, given);
    if (!result.startsWith("retry:")) return;
    await makeDue(dispatchId);
  }
  throw new Error(`dispatch ${dispatchId} did not settle in 50 looks`);
}

export async function makeDue(dispatchId: string): Promise<void> {
  await env.DB.prepare("UPDATE dispatches SET due_at = 0 WHERE id = ?").bind(dispatchId).run();
}

/** The hub with a destination "scripted" that lives in the test itself and replies what the test says. */
export function replying(reply: (attempt: number) => unknown, changes: Parameters<typeof envWith>[0] = {}): Env {
  const binding = { handle: async (_event: unknown, delivery: { attempt: number }) => await reply(delivery.attempt) };
  return envWith({ SCRIPTED: binding, DISPATCH_QUEUE: deafQueue, ...changes });
}

/** Types a reply, so that a test's slip is seen. */
export function reply(said: HandleReply): HandleReply {
  return said;
}

/** How often the real destination was called for a dispatch, and with what. */
export async function callsOf(
  dispatchId: string,
): Promise<{ event: Record<string, unknown>; delivery: Record<string, unknown>; at: number }[]> {
  const scripted = env.SCRIPTED as unknown as { calls(id: string): Promise<Awaited<ReturnType<typeof callsOf>>> };
  return await scripted.calls(dispatchId);
}

export function errorOf(execution: ExecutionRow | undefined): { name: string; message: string; stack?: string } | null {
  return execution?.error == null ? null : JSON.parse(execution.error);
}

/** Makes each write of an execution of this dispatch fail, in the database itself, until the returned function is called. */
export async function refuseExecutions(dispatchId: string, message: string): Promise<() => Promise<void>> {
  return await refuse("executions", `new.dispatch_id = '${dispatchId}'`, message);
}

/** Makes each INSERT of such a row fail, in the database itself, until the returned function is called. */
export async function refuse(table: string, when: string, message = "no such thing"): Promise<() => Promise<void>> {
  const name = `refuse_${crypto.randomUUID().replaceAll("-", "_")}`;
  await rows(`CREATE TRIGGER ${name} BEFORE INSERT ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, '${message}'); END`);
  return async () => {
    await rows(`DROP TRIGGER ${name}`);
  };
}
