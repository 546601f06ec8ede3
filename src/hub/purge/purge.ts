import type { PurgePage } from "../../../schema/contract/purge.ts";
import type { Hub } from "../../bindings/hub.ts";
import { pieceOf } from "../../domain/purge/purge-piece.ts";
import { type PurgeProgress, positionOf, progressAt, START_OF_PURGE } from "../../domain/purge/purge-progress.ts";
import { parsePurge } from "../../domain/purge/purge-query.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { purgeAged } from "../../store/purge/purge-aged.ts";
import { type ChainScope, chainsOf, lookAtChains, purgeChains, readOldEvents } from "../../store/purge/purge-chains.ts";
import { NO_ROWS, type PurgedRows, sumOf } from "../../store/purge/removal.ts";
import { cursorsOf } from "../read/cursors.ts";

/** How often chains are looked at again that came into use just before they were to be deleted. */
const MAX_ATTEMPTS = 5;

/** What is older than `before` is deleted, or with `dryRun` counted. */
interface PurgeScope extends ChainScope {
  readonly now: number;
  readonly dryRun: boolean;
}

interface Purged {
  readonly rows: PurgedRows;
  readonly kept: number;
  /** Where the next call goes on; `undefined` when nothing is left. */
  readonly next: PurgeProgress | undefined;
}

/**
 * Deletes one page of what is older than `before`: chains whose events are older, whose dispatches have settled before and that hold no dead
 * letter, each as a whole with all that belongs to it, and after the last of them, stage by stage, what leaves with its own age. Interrupted
 * anywhere, it can be called again from the start or from any cursor.
 */
export async function purge(hub: Hub, before: unknown, query: unknown): Promise<PurgePage> {
  const now = hub.now();
  const { before: moment, dryRun, deadLetters, cursor } = parsePurge(before, query, now);
  const cursors = cursorsOf(hub, { list: "purge", before: moment, dryRun, deadLetters });
  const position = await cursors.open(cursor);
  const from = position === undefined ? START_OF_PURGE : progressAt(position);
  const { rows, kept, next } = await purgeFrom(homeStore(hub.env), from, { before: moment, now, dryRun, deadLetters });
  return { ...rows, kept, ...(await cursors.seal(next && positionOf(next))) };
}

async function purgeFrom(d1: D1Database, from: PurgeProgress, scope: PurgeScope): Promise<Purged> {
  const chains = from.stage === "chains" ? await purgeEvents(d1, from, scope) : { rows: NO_ROWS, kept: 0, next: undefined };
  if (chains.next !== undefined) return chains;
  const aged = await purgeAged(d1, from, scope);
  return { rows: sumOf(chains.rows, aged.rows), kept: chains.kept, next: aged.next };
}

/** Deletes or counts the chains of the next old events that are not in use. */
async function purgeEvents(d1: D1Database, { after: [after = ""] }: PurgeProgress, scope: PurgeScope): Promise<Purged> {
  const old = await readOldEvents(d1, { after, before: scope.before });
  if (old.length === 0) return { rows: NO_ROWS, kept: 0, next: undefined };
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { chains, kept, last } = pieceOf(old, await lookAtChains(d1, { ...scope, chains: chainsOf(old), after }));
    const rows = chains.length === 0 ? NO_ROWS : await purgeChains(d1, { ...scope, chains });
    if (rows !== null) return { rows, kept, next: last === undefined ? undefined : { stage: "chains", after: [last] } };
  }
  throw new Error("the chains that were to be purged come into use all the time");
}
