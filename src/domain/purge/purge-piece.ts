import { PURGE } from "../../../schema/limits.ts";
import type { StoredEvent } from "../../../schema/storage/tables.ts";

/** A chain as a purge finds it. */
export interface LookedChain {
  readonly chain: string;
  /** It stays. */
  readonly inUse: boolean;
  /** Its oldest event; null for a chain that is in use, or gone. */
  readonly first: string | null;
  /** Its events and dispatches, about; 0 for a chain that is in use. */
  readonly size: number;
}

/** What a call of a purge does about chains. */
export interface PurgePiece {
  /** Go, each as a whole. */
  readonly chains: readonly string[];
  /** Old events that stay with their chains. */
  readonly kept: number;
  /** The last event that was dealt with, when there may be others after it. */
  readonly last: string | undefined;
}

/**
 * Decides which chains of a page of old events go: as many as `PURGE.rows` allows, one at least, so that a call ends before the first that
 * is too much. `looked`: the chains of the page, in the order of their first event in it. A dry run leaves chains where they are, so it counts
 * each with its oldest event alone; `after`: where the page begins.
 */
export function pieceOf(
  old: readonly Pick<StoredEvent, "id" | "correlationId">[],
  looked: readonly LookedChain[],
  { after, dryRun }: { after: string; dryRun: boolean },
): PurgePiece {
  const going = looked.filter(({ inUse, first }) => !inUse && !(dryRun && first !== null && first <= after));
  let rows = 0;
  const tooMuch = going.find(({ size }, index) => {
    rows += size;
    return index > 0 && rows > PURGE.rows;
  });
  const end = tooMuch === undefined ? old.length : old.findIndex(({ correlationId }) => correlationId === tooMuch.chain);
  const staying = new Set(looked.flatMap(({ chain, inUse }) => (inUse ? [chain] : [])));
  const dealtWith = old.slice(0, end);
  const isWhole = end === old.length && old.length < PURGE.events;
  return {
    chains: going.slice(0, tooMuch === undefined ? going.length : going.indexOf(tooMuch)).map(({ chain }) => chain),
    kept: dealtWith.filter(({ correlationId }) => staying.has(correlationId)).length,
    last: isWhole ? undefined : dealtWith.at(-1)?.id,
  };
}
