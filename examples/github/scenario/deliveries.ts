import { createHash } from "node:crypto";
import webhooks from "@octokit/webhooks-examples" with { type: "json" };

/** A webhook delivery as GitHub would send it. */
export interface WebhookDelivery {
  readonly id: string;
  readonly event: string;
  readonly payload: Payload;
}

/** As much of the payloads as the scenario looks at. */
export interface Payload {
  readonly action?: string;
  readonly sender?: { readonly type: string; readonly login: string };
  readonly repository?: { readonly full_name: string; readonly stargazers_count: number };
  readonly organization?: { readonly login: string };
  readonly issue?: { readonly title: string; readonly labels?: readonly { readonly name: string }[] };
  readonly pull_request?: {
    readonly merged?: boolean;
    readonly draft: boolean;
    readonly additions?: number;
    readonly changed_files?: number;
  };
  readonly release?: { readonly tag_name: string };
  readonly deployment_status?: { readonly state: string };
  readonly comment?: unknown;
  readonly discussion?: { readonly comments: number };
}

/**
 * Every sample delivery that GitHub's webhook documentation is checked against. Ids are the same for the same run:
 * a run can be told from another on the same database, and within one, sending a delivery again is a duplicate.
 */
export function sampleDeliveries(runId: string): WebhookDelivery[] {
  return webhooks.flatMap(({ name, examples }) =>
    examples.map((payload, index) => ({
      id: deliveryId(`${runId}/${name}/${index}`),
      event: name,
      payload: payload as unknown as Payload,
    })),
  );
}

/** What the producer is to make of it. */
export function typeOf({ event, payload: { action } }: WebhookDelivery): string {
  return ["github", event, action].filter((part) => part !== undefined).join(".");
}

/** GitHub's ids are UUIDs. */
function deliveryId(name: string): string {
  return createHash("sha256")
    .update(name)
    .digest("hex")
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
