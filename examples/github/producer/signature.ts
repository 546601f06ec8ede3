import { verify } from "@octokit/webhooks-methods";

/** Whether the request is signed with the webhook's secret. Where the Worker was given no secret, as by `npm start`, every request is. */
export async function isSigned(request: Request, secret: string | undefined): Promise<boolean> {
  if (secret === undefined) return true;
  const signature = request.headers.get("X-Hub-Signature-256");
  const body = await request.text();
  return signature !== null && body !== "" && (await verify(secret, body, signature));
}
