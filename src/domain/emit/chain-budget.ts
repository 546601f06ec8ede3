import { Fault } from "../../../schema/faults.ts";
import { CHAIN } from "../../../schema/limits.ts";
import type { EventRow } from "./plan-emit.ts";

/** A chain that is to be counted before events are added to it. */
export interface ChainCount {
  readonly correlationId: string;
  /** The first of the events that are to be added: those before it count. */
  readonly before: string;
  /** How many are to be added. */
  readonly added: number;
}

/** How deep an event is at least for which its chain is counted: it was not caused by the first of its chain. */
const COUNTED_DEPTH = 2;

/**
 * Names the chains that events are added to and that are to be counted: those with an event that is drawn, by its id and so always the same,
 * one of `CHAIN.countedOneOf`.
 */
export function chainsToCount(events: readonly EventRow[]): ChainCount[] {
  const caused = events.filter(({ causationId }) => causationId !== null);
  const drawn = new Set(caused.filter(({ id, depth }) => depth >= COUNTED_DEPTH && isDrawn(id)).map(({ correlationId }) => correlationId));
  return [...drawn].map((correlationId) => {
    const added = caused.filter((event) => event.correlationId === correlationId);
    return { correlationId, before: added[0]?.id ?? "", added: added.length };
  });
}

/** Where the last random byte of a UUID stands in its text: the one behind it is the shard. */
const LAST_RANDOM_BYTE = [32, 34] as const;

function isDrawn(id: string): boolean {
  return Number.parseInt(id.slice(...LAST_RANDOM_BYTE), 16) % CHAIN.countedOneOf === 0;
}

/** Whether a chain may have so many events: `long` near the limit, `too long` beyond it. */
export function judgeChain(events: number, limit: number): "fine" | "long" | "too long" {
  if (events > limit) return "too long";
  return events >= limit * CHAIN.warnAtShare ? "long" : "fine";
}

/** A chain has as many events as it may have. */
export function chainTooLong(limit: number): Fault {
  return new Fault(
    "chain.too_long",
    `A chain that these events would belong to has the ${limit} events that it may have. Something emits in a loop; if not, raise defaults.maxChainEvents.`,
  );
}
