/** Does a piece of work when it is its turn, and returns what it returns; `undefined` when its turn did not come in time. */
export type InTurn = <Result>(now: () => number, work: () => Promise<Result>) => Promise<{ readonly result: Result } | undefined>;

/**
 * Makes turns of which an isolate gives one at a time. Who waits asks again and again, since nothing may wait for what another request has under
 * way: that one may be cut off. It loses its turn after `turnMs`.
 */
export function oneAtATime({
  lookMs,
  waitMs,
  turnMs,
}: {
  readonly lookMs: number;
  readonly waitMs: number;
  readonly turnMs: number;
}): InTurn {
  let taken: { readonly until: number } | undefined;
  return async (now, work) => {
    for (let waitedMs = 0; taken !== undefined && taken.until > now(); waitedMs += lookMs) {
      if (waitedMs >= waitMs) return undefined;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    const turn = { until: now() + turnMs };
    taken = turn;
    try {
      return { result: await work() };
    } finally {
      if (taken === turn) taken = undefined;
    }
  };
}
