import type { DeliveryOptions } from "../config/policy.ts";
import type { DispatchView } from "./dispatches.ts";

/** Who does something and why: kept with what was done. */
export interface Operation {
  /** A person or a Worker; by default what the caller's binding says it is (`props.source`), else `rpc`. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** Delivery of a redrive, where it should differ from that of the dispatch it follows. `delay` counts from now; by default there is none. */
export interface RetryOptions extends Operation, DeliveryOptions {
  /**
   * The last dispatch of the line that the caller knows, so that a call made twice retries once: when another was made behind it, that one is
   * returned and nothing is done.
   */
  readonly after?: string | undefined;
}

/** Of a bulk operation. */
export interface BulkOptions extends Operation {
  /**
   * A UUIDv7 to be the id of the operation, so that a call made twice starts one: the second returns the first. Throws `bulk.id_taken` where
   * its kind, filter or delivery differ. By default the hub draws one.
   */
  readonly id?: string | undefined;
}

/** Delivery of the redrives of a bulk operation, as in {@link RetryOptions}. */
export interface BulkRetryOptions extends BulkOptions, DeliveryOptions {}

/** What cancelling came to. Those that had settled stay as they were. */
export interface Cancelled {
  readonly cancelled: readonly DispatchView[];
  readonly settledBefore: number;
}
