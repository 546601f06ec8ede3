import type { Agenda } from "./agenda.ts";

/** Something that does one thing at a time, in the order it is asked: a D1 database. */
export interface Server {
  /** Calls `done` when it is done with `ms` of work, or `refused` at once when more than it keeps is waiting. */
  readonly serve: (ms: number, done: () => void, refused: () => void) => void;
  /** How long it has been at work, what is waiting included. */
  readonly busyMs: () => number;
  readonly longestWaitMs: () => number;
}

export function createServer(agenda: Agenda, { maxWaitMs }: { readonly maxWaitMs: number }): Server {
  let freeAt = 0;
  let busyMs = 0;
  let longestWaitMs = 0;
  return {
    serve: (ms, done, refused) => {
      const waitMs = Math.max(0, freeAt - agenda.now());
      if (waitMs > maxWaitMs) return refused();
      longestWaitMs = Math.max(longestWaitMs, waitMs);
      busyMs += ms;
      freeAt = agenda.now() + waitMs + ms;
      agenda.at(freeAt, done);
    },
    busyMs: () => busyMs,
    longestWaitMs: () => longestWaitMs,
  };
}
