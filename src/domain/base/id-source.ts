import { v7 as uuidv7 } from "uuid";
import { FIRST_SHARD } from "../../../schema/ids.ts";

/** How many random bits the counter of an id begins with: of its 32, so that a million ids fit one millisecond. */
const COUNTER_SPACE = 2 ** 31;

/**
 * Makes a source of UUIDv7s, each greater than the one before: also within one millisecond, and when the clock goes back. The last byte is
 * the shard that stores what the id names, so that an id tells its database without a look-up.
 */
export function idSource(given: { now: () => number; randomBytes: () => Uint8Array; shard?: number }): () => string {
  const { now, randomBytes, shard = FIRST_SHARD } = given;
  let last = { msecs: Number.NEGATIVE_INFINITY, seq: 0 };
  return () => {
    const random = randomBytes();
    random[random.length - 1] = shard;
    last = nextTick(last, now(), random);
    return uuidv7({ random, msecs: last.msecs, seq: last.seq });
  };
}

interface Tick {
  readonly msecs: number;
  readonly seq: number;
}

function nextTick(last: Tick, msecs: number, random: Uint8Array): Tick {
  if (msecs > last.msecs) return { msecs, seq: new DataView(random.buffer).getUint32(0) % COUNTER_SPACE };
  return last.seq < 2 ** 32 - 1 ? { msecs: last.msecs, seq: last.seq + 1 } : { msecs: last.msecs + 1, seq: 0 };
}
