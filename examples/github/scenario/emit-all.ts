import type { EmitReceipt } from "flowhub";
import pLimit from "p-limit";
import type { Bindings } from "./bindings.ts";
import type { WebhookDelivery } from "./deliveries.ts";

/** A delivery that the producer took. */
export interface Accepted {
  readonly delivery: WebhookDelivery;
  readonly receipt: EmitReceipt;
}

/** Deliveries under way at a time. */
const AT_ONCE = 16;

/** Sends every delivery to the producer as GitHub would. Throws when one is not accepted. */
export async function emitAll(
  deliveries: readonly WebhookDelivery[],
  { producer, signal, onAccepted }: { producer: Bindings["PRODUCER"]; signal: AbortSignal; onAccepted: () => void },
): Promise<Accepted[]> {
  return await pLimit(AT_ONCE).map(deliveries, async (delivery) => {
    signal.throwIfAborted();
    const receipt = await emitOne(producer, delivery);
    onAccepted();
    return { delivery, receipt };
  });
}

async function emitOne(producer: Bindings["PRODUCER"], { id, event, payload }: WebhookDelivery): Promise<EmitReceipt> {
  const answer = await producer.fetch("https://producer.example/", {
    method: "POST",
    headers: { "content-type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": id },
    body: JSON.stringify(payload),
  });
  const text = await answer.text();
  if (answer.status !== 202) throw new Error(`The producer answered ${answer.status} to ${event} ${id}: ${text}`);
  return JSON.parse(text) as EmitReceipt;
}
