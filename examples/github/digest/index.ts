import { Destination, type HandleReply } from "flowhub";

/** Collects for later: its routes tell it after a delay, this is all there is to it. */
export default class Digest extends Destination {
  override handle(): HandleReply {
    return "complete";
  }
}
