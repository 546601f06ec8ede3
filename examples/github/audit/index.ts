import { Destination, type HandleReply, type HubEvent } from "flowhub";

/** As much of a payload as an audit looks at. */
interface Audited {
  readonly sender?: { readonly type: string };
}

/** Attention, not change: nothing to audit. */
const IDLE = ["github.star", "github.watch", "github.ping"];

/** Keeps who did what. Refuses for good what nobody did; has no interest in stars and bots. */
export default class Audit extends Destination {
  override handle(event: HubEvent): HandleReply {
    const { sender } = event.data as Audited;
    if (sender === undefined) return { status: "failed", reason: "the payload names no sender", retryable: false };
    if (sender.type === "Bot" || IDLE.some((type) => event.type === type || event.type.startsWith(`${type}.`))) return "ignored";
    return "complete";
  }
}
