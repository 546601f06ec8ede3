import { WorkerEntrypoint } from "cloudflare:workers";
import { type EmitInput, FAULTS, type FaultCode, faultCode, producerOf } from "flowhub";
import { readDelivery } from "./read-delivery.ts";
import { isSigned } from "./signature.ts";

/**
 * What GitHub should hear where a fault's own status is not it. What is not the sender's fault is a 503: GitHub shows the delivery as failed,
 * and it can be redelivered under the same id.
 */
const STATUS_OF: { readonly [Code in FaultCode]?: number } = { "payload.too_large": 413 };

/** Emits `github.<event>.<action>` for each delivery of a webhook. The delivery's id is the key: a redelivery is a duplicate. */
export default class GithubProducer extends WorkerEntrypoint<ProducerEnv & { readonly WEBHOOK_SECRET?: string }> {
  override async fetch(request: Request): Promise<Response> {
    const signed = await isSigned(request.clone(), this.env.WEBHOOK_SECRET);
    if (!signed) return problem(401, "X-Hub-Signature-256 does not belong to the body and the webhook's secret.");
    const delivery = await readDelivery(request);
    return "problem" in delivery ? problem(delivery.status, delivery.problem) : await this.accept(delivery.event);
  }

  private async accept(event: EmitInput): Promise<Response> {
    const hub = producerOf(this.env.HUB, { source: "github" });
    try {
      const [receipt] = await hub.emit(event);
      return Response.json(receipt, { status: 202 });
    } catch (error) {
      const code = faultCode(error);
      if (code === undefined || !(error instanceof Error)) throw error;
      return problem(STATUS_OF[code] ?? FAULTS[code].status, error.message);
    }
  }
}

function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status, headers: status === 405 ? { allow: "POST" } : {} });
}
