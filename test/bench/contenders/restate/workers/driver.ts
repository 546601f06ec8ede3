import { driverOf } from "../../driver/workers/driver.ts";
import type { Order } from "../../order.ts";

interface Env {
  /** The URL that accepts an order. */
  readonly INGRESS: string;
  readonly SINK: { drain(): Promise<number[]> };
}

/** Its ingress takes one request a time: the orders of a call are sent together, each in a request of its own. */
export default driverOf<Env>(({ INGRESS }, orders) => Promise.all(orders.map((order) => send(INGRESS, order))));

/** Answered when Restate has stored it. */
async function send(url: string, order: Order): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(order),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`Restate answered ${response.status}: ${answer}`);
}
