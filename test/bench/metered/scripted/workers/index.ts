import { type Delivery, Destination, type HandleReply, type HubEvent } from "flowhub";

/** Fails as often as the event says, then completes. */
export default class Scripted extends Destination {
  override handle({ data }: HubEvent, { attempt }: Delivery): HandleReply {
    const failures = (data as { readonly failures?: number } | null)?.failures ?? 0;
    return attempt <= failures ? "failed" : "complete";
  }
}
