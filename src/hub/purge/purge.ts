import type { PurgePage } from "../../../schema/contract/purge.ts";
import { PURGE } from "../../../schema/limits.ts";
import type { Hub } from "../../bindings/hub.ts";
import { openCursor, sealCursor } from "../../domain/base/cursor.ts";
import { parsePurge } from "../../domain/purge/purge-query.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { countPurgeable, purgeRows, readChainsInUse, readOldEvents, readOldLetters } from "../../store/purge/purge-chains.ts";

/** How often chains are looked at again that came into use just before they were to be deleted. */
const LOOKS = 5;

/**
 * Deletes a piece of what is older than `before`: events whose whole chain is older and settled, with their dispatches, executions and
 * notes, and after the last of them dead letters. Interrupted anywhere, it can be called again from the start or from any cursor.
 */
export async function purge(hub: Hub, before: unknown, query: unknown): Promise<PurgePage> {
  const { before: moment, dryRun, cursor } = parsePurge(before, query, hub.now());
  const list = { list: "purge", before: moment, dryRun };
  const [after = "", afterLetter] = cursor === undefined ? [] : (await openCursor(cursor, list)).map(String);
  const old = afterLetter === undefined ? await readOldEvents(homeStore(hub.env), { after, before: moment }) : [];
  const more = old.length === PURGE.events;
  const letters = more ? [] : await readOldLetters(homeStore(hub.env), { after: afterLetter ?? "", before: moment });
  const page = await purgeEvents(hub, old, { letters, moment, dryRun });
  const next = more ? [old.at(-1)?.id ?? after] : letters.length === PURGE.deadLetters ? [after, letters.at(-1) ?? ""] : undefined;
  return next === undefined ? page : { ...page, cursor: await sealCursor(next, list) };
}

async function purgeEvents(
  hub: Hub,
  old: Awaited<ReturnType<typeof readOldEvents>>,
  { letters, moment, dryRun }: { letters: readonly string[]; moment: number; dryRun: boolean },
): Promise<Omit<PurgePage, "cursor">> {
  for (let look = 1; ; look++) {
    const inUse = await readChainsInUse(homeStore(hub.env), [...new Set(old.map(({ correlationId }) => correlationId))], moment);
    const going = old.filter(({ correlationId }) => !inUse.has(correlationId));
    const doomed = {
      ids: going.map(({ id }) => id),
      chains: [...new Set(going.map(({ correlationId }) => correlationId))],
      letters,
      before: moment,
    };
    const kept = old.length - going.length;
    if (dryRun) return { ...(await countPurgeable(homeStore(hub.env), doomed)), kept };
    const rows = await purgeRows(homeStore(hub.env), doomed);
    if (rows !== null) return { ...rows, kept };
    if (look === LOOKS) throw new Error("the chains that were to be purged come into use all the time");
  }
}
