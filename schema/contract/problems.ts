/** What can be wrong with a deployment of the hub, by code, for alerts that tell one from another. */
export const PROBLEM_CODES = [
  /** A binding of the hub's own is missing, or leads to something else. */
  "binding.missing",
  /** A destination's binding is missing, or leads to something else. */
  "destination.unbound",
  /** The compatibility date, or the runtime, is older than the hub can do with. */
  "runtime.old",
  /** The hub consumes two queues and cannot tell which of them has the dead letters. */
  "queue.unnamed",
  /** No sweep came for five minutes: what is lost or late is not repaired. */
  "sweep.missing",
  /** Sweeps put dispatches on the queue, and nobody takes them off. */
  "queue.unconsumed",
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Something about the deployment that keeps the hub from its work. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong: `the hub has no queue bound as "DISPATCH_QUEUE"`. */
  readonly cause: string;
  /** What to do about it. */
  readonly cure: string;
}

/** Cause and cure in a line. */
export function problemText({ cause, cure }: Problem): string {
  return `${cause}: ${cure}`;
}
