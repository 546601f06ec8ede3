import { type Delivery, Destination, type HandleReply, type HubEvent } from "flowhub";
import { onLedger } from "../ledger.ts";

export default class Late extends Destination<LateEnv> {
  override async handle(event: HubEvent, delivery: Delivery): Promise<HandleReply> {
    return await onLedger(this.env.LEDGER, { event, delivery }, () => "complete");
  }
}
