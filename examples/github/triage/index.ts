import { Destination, type HandleReply } from "flowhub";

/** The steady one: takes whatever is routed to it. */
export default class Triage extends Destination {
  override handle(): HandleReply {
    return "complete";
  }
}
