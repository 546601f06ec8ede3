import pRetry from "p-retry";
import { Fault } from "../../../schema/faults.ts";
import { D1 } from "../../../schema/limits.ts";
import { messageOf } from "../../../schema/message-of.ts";
import { noAnswer, withTimeLimit } from "../../platform/time-limit.ts";
import { isFull, isTransient } from "./errors.ts";
import { migrate } from "./migrate.ts";

/**
 * Does `work` once the schema is there, and again when D1 says that this may help, for 30 s in all. Writes are repeated too: D1 retries
 * reads by itself, never writes, so whatever is passed here must be safe to run twice, even after a commit that was reported failed.
 * Throws `storage.unavailable` when the tries or the time run out, `storage.full` when there is no room, any other error as it is.
 */
export async function withStorage<Result>(d1: D1Database, work: () => Promise<Result>): Promise<Result> {
  try {
    return await triedInTime(() => tryOnce(d1, work));
  } catch (error) {
    if (isFull(error)) {
      throw new Fault("storage.full", "The database has no room left, nothing was stored. Purge what is old.", { cause: error });
    }
    if (!isTransient(error)) throw error;
    const text = `The database could not be used: ${messageOf(error)}. Nothing is known to be stored; try again, an emit with the same key.`;
    throw new Fault("storage.unavailable", text, { cause: error });
  }
}

async function tryOnce<Result>(d1: D1Database, work: () => Promise<Result>): Promise<Result> {
  await ensureSchema(d1);
  return await work();
}

/** A database that stalls answers nobody for a minute or more; whoever waits on it is told before, and nothing is tried any more. */
async function triedInTime<Result>(work: () => Promise<Result>): Promise<Result> {
  const givenUp = new AbortController();
  const tries = pRetry(work, { ...BACK_OFF, signal: givenUp.signal, shouldRetry: ({ error }) => isTransient(error) });
  return await withTimeLimit(tries, D1.answerMs, () => {
    const silence = noAnswer("D1", D1.answerMs);
    givenUp.abort(silence);
    throw silence;
  });
}

/** About 3 s in all when D1 answers: long enough for a database that moves, short enough for whoever waits. */
const BACK_OFF = { retries: 5, minTimeout: 100, maxTimeout: 1_500, factor: 2, randomize: false } as const;

const migrated = new WeakSet<D1Database>();

/** One SELECT on an isolate's first use, nothing afterwards. Nobody waits for another's: that one may have been cut off, or stall. */
async function ensureSchema(d1: D1Database): Promise<void> {
  if (migrated.has(d1)) return;
  await migrate(d1);
  migrated.add(d1);
}
