import { WorkerEntrypoint } from "cloudflare:workers";

export class Email extends WorkerEntrypoint {
  handle() {
    return "complete";
  }
}
