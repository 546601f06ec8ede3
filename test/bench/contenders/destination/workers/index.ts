import { Destination, type HubEvent } from "flowhub";
import type { Order } from "../../order.ts";

/** Milliseconds from when an order was emitted until it was here. */
let waits: number[] = [];

/** Where every contender delivers to. It does nothing: what is measured is the way to it. */
export default class Sink extends Destination {
  override handle({ data }: Pick<HubEvent, "data">): "complete" {
    waits.push(Date.now() - (data as unknown as Order["data"]).sentAt);
    return "complete";
  }

  /** The waits of all that has been handled since this was last asked. */
  drain(): number[] {
    const drained = waits;
    waits = [];
    return drained;
  }
}
