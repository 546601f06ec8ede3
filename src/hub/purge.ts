import { PURGE } from "../../schema/limits.ts";
import type { PurgePage } from "../../schema/upkeep.ts";
import { openCursor, sealCursor } from "../domain/cursor.ts";
import { parsePurge } from "../domain/read-query.ts";
import { countPurgeable, purgeRows, readChainsInUse, readOldEvents } from "../store/purge-chains.ts";

/**
 * Deletes a piece of what is older than `before`: events whose whole chain is older and settled, with their dispatches, executions and
 * notes, and dead letters. Interrupted anywhere, it can be called again from the start or from any cursor.
 */
export async function purge(env: Env, before: unknown, query: unknown): Promise<PurgePage> {
  const { before: moment, dryRun, cursor } = parsePurge(before, query, Date.now());
  const list = { list: "purge", before: moment, dryRun };
  const position = cursor === undefined ? [] : await openCursor(cursor, list);
  const old = await readOldEvents(env.DB, { after: position[0]?.toString() ?? "", before: moment });
  const chains = new Set(old.map(({ correlationId }) => correlationId));
  const inUse = await readChainsInUse(env.DB, [...chains], moment);
  const ids = old.filter(({ correlationId }) => !inUse.has(correlationId)).map(({ id }) => id);
  const rows = await (dryRun ? countPurgeable : purgeRows)(env.DB, ids, moment);
  const last = old.at(-1)?.id;
  const page = { ...rows, kept: old.length - rows.events };
  return old.length < PURGE.events || last === undefined ? page : { ...page, cursor: await sealCursor([last], list) };
}
