import type { DispatchView, Status } from "flowhub";
import { attemptsOf } from "../checks/flakiness.ts";
import type { WebhookDelivery } from "./deliveries.ts";
import { followUpsOf } from "./expected-dispatches.ts";

/** How a dispatch is to end, and in how many attempts. */
export interface End {
  readonly status: Status;
  readonly attempts: number;
}

const ONCE = {
  complete: { status: "complete", attempts: 1 },
  ignored: { status: "ignored", attempts: 1 },
  failed: { status: "failed", attempts: 1 },
} as const;

/** How a dispatch of a delivery ends: each destination's behaviour as a rule. */
export function endOf({ id, destination }: Pick<DispatchView, "id" | "destination">, delivery: WebhookDelivery): End {
  switch (destination) {
    case "audit":
      return auditEnd(delivery);
    case "checks":
      return { status: "complete", attempts: attemptsOf(id) };
    case "projects":
      return followUpsOf(delivery).length > 0 ? ONCE.complete : ONCE.ignored;
    default:
      return ONCE.complete;
  }
}

function auditEnd({ event, payload: { sender } }: WebhookDelivery): End {
  if (sender === undefined) return ONCE.failed;
  return sender.type === "Bot" || ["star", "watch", "ping"].includes(event) ? ONCE.ignored : ONCE.complete;
}
