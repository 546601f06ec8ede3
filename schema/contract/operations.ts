import type { DeliveryOptions } from "../config/policy.ts";
import type { DispatchView } from "./dispatches.ts";

/** Who does something and why: kept with what was done. */
export interface Operation {
  /** A person or a Worker; by default what the caller's binding says it is (`props.source`), else `rpc`. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** Delivery of a redrive, where it should differ from that of the dispatch it follows. `delay` counts from now; by default there is none. */
export interface RetryOptions extends Operation, DeliveryOptions {}

/** What cancelling came to. Those that had settled stay as they were. */
export interface Cancelled {
  readonly cancelled: readonly DispatchView[];
  readonly settledBefore: number;
}
