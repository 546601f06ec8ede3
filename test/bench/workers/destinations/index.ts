import { Destination, type HandleReply } from "flowhub";

/** Each of the hub's destinations: what is measured is the hub. */
export default class Anything extends Destination {
  override handle(): HandleReply {
    return "complete";
  }
}
