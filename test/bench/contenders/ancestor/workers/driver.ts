import { driverOf } from "../../driver/workers/driver.ts";
import type { Order } from "../../order.ts";

interface Env {
  readonly HUB: { putEvent(events: readonly Order[]): Promise<void> };
  readonly SINK: { drain(): Promise<number[]> };
}

/** It refuses a call that makes more dispatches: it sends a message for each, all at once, and a queue takes no more. */
const DISPATCHES_A_CALL = 100;

/** A call that is too large for it becomes several, under way together. */
export default driverOf<Env>(({ HUB }, orders) => {
  const size = orders[0]?.type === "order.split" ? Math.floor(DISPATCHES_A_CALL / 3) : DISPATCHES_A_CALL;
  const calls = Array.from({ length: Math.ceil(orders.length / size) }, (_, at) => orders.slice(at * size, (at + 1) * size));
  return Promise.all(calls.map((call) => HUB.putEvent(call)));
});
