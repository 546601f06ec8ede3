import { randomUUID } from "node:crypto";
import { sign } from "@octokit/webhooks-methods";
import pRetry from "p-retry";
import type { EmitReceipt } from "../../schema/contract/emit.ts";

/** A comment on an issue, as far as the example looks at one: it is audited at once and told after five seconds. */
export const DELIVERY = {
  event: "issue_comment",
  payload: {
    action: "created",
    issue: { number: 1, title: "A live run of flowhub" },
    comment: { id: 1, body: "It works." },
    repository: { full_name: "flowhub/live", stargazers_count: 0 },
    sender: { login: "flowhub", type: "User" },
  },
} as const;

/** A workers.dev address is known everywhere after some seconds; the first one of an account takes minutes. */
const RETRY = { retries: 60, minTimeout: 1_000, maxTimeout: 5_000, factor: 1.5, maxRetryTime: 5 * 60_000 };

export interface Sending {
  readonly url: string;
  /** What it is signed with. */
  readonly secret: string;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends the delivery until the Worker itself answers. A repetition does no harm: the delivery's id is the event's key. The Worker never
 * answers 404: that is Cloudflare, where it is not known yet.
 */
export async function send({ url, secret, say, signal }: Sending): Promise<Response> {
  const body = JSON.stringify(DELIVERY.payload);
  const headers = {
    "content-type": "application/json",
    "X-GitHub-Event": DELIVERY.event,
    "X-GitHub-Delivery": randomUUID(),
    "X-Hub-Signature-256": await sign(secret, body),
  };
  const attempt = async () => {
    const response = await fetch(url, { method: "POST", headers, body, signal });
    if (response.status === 404 || response.status >= 500) throw new Error(`${response.status} ${(await response.text()).slice(0, 200)}`);
    return response;
  };
  return await pRetry(attempt, {
    ...RETRY,
    signal,
    onFailedAttempt: ({ error, attemptNumber }) => say(`  … attempt ${attemptNumber}: ${error.message}`),
  });
}

export async function expectRefused(sending: Sending): Promise<void> {
  const { status } = await send({ ...sending, secret: "not the webhook's secret" });
  if (status !== 401) throw new Error(`a wrong signature was answered with ${status}, not 401`);
}

export async function expectAccepted(sending: Sending): Promise<EmitReceipt> {
  const response = await send(sending);
  if (response.status !== 202) throw new Error(`the delivery was answered with ${response.status}: ${await response.text()}`);
  const receipt = (await response.json()) as EmitReceipt;
  const reached = receipt.dispatches.map(({ destination }) => destination).sort();
  if (reached.join() !== "audit,digest") throw new Error(`the receipt names ${reached.join(" and ") || "nobody"}, not audit and digest`);
  return receipt;
}
