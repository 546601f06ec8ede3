import { WorkerEntrypoint } from "cloudflare:workers";
import { type EmitInput, type FaultCode, faultCode, type ProducerApi } from "flowhub";
import { readDelivery } from "./read-delivery.ts";

/** What GitHub should hear; every other fault of the hub is the sender's to correct. */
const STATUS_OF: { readonly [Code in FaultCode]?: number } = {
  "payload.too_large": 413,
  "key.conflict": 409,
  // Not the sender's fault: GitHub shows the delivery as failed, and it can be redelivered under the same id.
  "config.invalid": 503,
  "storage.unavailable": 503,
};

/** Emits `github.<event>.<action>` for each delivery of a webhook. The delivery's id is the key: a redelivery is a duplicate. */
export default class GithubProducer extends WorkerEntrypoint<ProducerEnv> {
  override async fetch(request: Request): Promise<Response> {
    const delivery = await readDelivery(request);
    return "problem" in delivery ? problem(delivery.status, delivery.problem) : await this.accept(delivery.event);
  }

  private async accept(event: EmitInput): Promise<Response> {
    // The generated type knows a service binding, not what the hub's entrypoint offers.
    const hub = this.env.HUB as unknown as ProducerApi;
    try {
      const [receipt] = await hub.emit(event);
      return Response.json(receipt, { status: 202 });
    } catch (error) {
      const code = faultCode(error);
      if (code === undefined || !(error instanceof Error)) throw error;
      return problem(STATUS_OF[code] ?? 400, error.message);
    }
  }
}

function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status, headers: status === 405 ? { allow: "POST" } : {} });
}
