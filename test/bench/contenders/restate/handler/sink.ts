import type { Order } from "../../order.ts";

/** Milliseconds from when an order was emitted until it was here. */
let waits: number[] = [];
let calls = 0;

/** As destination/workers/index.ts does. */
export function handle({ data }: Order): string {
  waits.push(Date.now() - data.sentAt);
  calls++;
  return "complete";
}

export function drain(): number[] {
  const drained = waits;
  waits = [];
  return drained;
}

/** All that was ever handled. */
export function handled(): number {
  return calls;
}
