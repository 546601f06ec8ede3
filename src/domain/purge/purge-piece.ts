import { PURGE } from "../../../schema/limits.ts";
import type { StoredEvent } from "../../../schema/storage/tables.ts";

/** A chain as a purge finds it. */
export interface LookedChain {
  readonly chain: string;
  /** It stays. */
  readonly inUse: boolean;
  /** Its old events if it stays, else its events and dispatches, about. */
  readonly size: number;
}

/** What a call of a purge does about chains. */
export interface PurgePiece {
  /** Go, each as a whole. */
  readonly chains: readonly string[];
  /** Old events of chains that stay. */
  readonly kept: number;
  /** The last event that was dealt with, when there may be others after it. */
  readonly last: string | undefined;
}

/**
 * Decides which chains of a page of old events go: as many as `PURGE.rows` allows, one at least, so that a call ends before the first that
 * is too much. `looked`: the chains that begin in the page, in their order. Each is dealt with there, gone or kept, so a dry run and one that
 * deletes count the same.
 */
export function pieceOf(old: readonly Pick<StoredEvent, "id" | "correlationId">[], looked: readonly LookedChain[]): PurgePiece {
  let rows = 0;
  let going = 0;
  const tooMuch = looked.findIndex(({ inUse, size }) => {
    if (inUse) return false;
    rows += size;
    going += 1;
    return going > 1 && rows > PURGE.rows;
  });
  const reached = tooMuch < 0 ? looked : looked.slice(0, tooMuch);
  const end = tooMuch < 0 ? old.length : old.findIndex(({ correlationId }) => correlationId === looked[tooMuch]?.chain);
  const isWhole = tooMuch < 0 && old.length < PURGE.events;
  return {
    chains: reached.filter(({ inUse }) => !inUse).map(({ chain }) => chain),
    kept: reached.filter(({ inUse }) => inUse).reduce((sum, { size }) => sum + size, 0),
    last: isWhole ? undefined : old[end - 1]?.id,
  };
}
