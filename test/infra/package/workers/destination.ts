import { type Delivery, Destination, type HandleReply, type HubEvent } from "flowhub";

export class Email extends Destination<{ readonly FROM: string }> {
  override handle(event: HubEvent, { dispatchId, attempt, cause }: Delivery): HandleReply {
    if (attempt > 3) return { status: "failed", reason: `${dispatchId} from ${this.env.FROM}`, retryAfter: "30s" };
    return { status: "complete", emit: [{ type: "email.sent", data: event.data, causedBy: cause }] };
  }
}

export default class extends Destination {
  override async handle(): Promise<HandleReply> {
    return "ignored";
  }
}
