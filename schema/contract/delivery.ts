import type { Duration } from "../config/duration.ts";
import type { EmitInput } from "./emit.ts";
import type { Cause } from "./events.ts";

/** One attempt to hand an event to a destination. */
export interface Delivery {
  /** The same for every attempt: the idempotency key of whatever `handle()` does. */
  readonly dispatchId: string;
  /** From 1. */
  readonly attempt: number;
  readonly destination: string;
  readonly route: string;
  /** Pass it as `causedBy` to link what you emit to this delivery. Events emitted in the reply are linked already. */
  readonly cause: Cause;
}

/**
 * What `handle()` answers. A throw and a timeout count as `failed`. A reply with a known status is heard whatever else it says: a field that is
 * unknown, or cannot be read, is noted on the dispatch and left out.
 */
export type HandleReply =
  /** It has been handled. */
  | "complete"
  /** It was not for us; settled, not a fault. */
  | "ignored"
  /** Try again by the policy of the route. */
  | "failed"
  | {
      readonly status: "complete" | "ignored";
      /** Stored together with the record of this attempt, exactly once. At most 100 events and 512 KiB. */
      readonly emit?: readonly EmitInput[] | undefined;
    }
  | {
      readonly status: "failed";
      readonly reason?: string | undefined;
      /**
       * Wait this long instead of the policy's back-off, at most 365 days: a duration, seconds, a moment, or what a `Retry-After` header says
       * (seconds or an HTTP date). Still counts against the limit.
       */
      readonly retryAfter?: Duration | number | Date | (string & {}) | null | undefined;
      /** `false` settles the dispatch as failed at once. */
      readonly retryable?: boolean | undefined;
    };
