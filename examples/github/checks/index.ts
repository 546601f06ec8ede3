import { type Delivery, Destination, type HandleReply, type HubEvent } from "flowhub";
import { mishapOf } from "./flakiness.ts";

/** The flaky one: four attempts in ten go wrong in one way or another, none of them for good. */
export default class Checks extends Destination {
  override handle(_event: HubEvent, { dispatchId, attempt }: Delivery): HandleReply {
    const mishap = mishapOf(dispatchId, attempt);
    switch (mishap) {
      case "throws":
        throw new Error("the build server hung up");
      case "replies failed":
        return { status: "failed", reason: "the build server is busy" };
      case "asks for time":
        return { status: "failed", reason: "the build server is restarting", retryAfter: "500ms" };
      case undefined:
        return "complete";
      default:
        return mishap satisfies never;
    }
  }
}
