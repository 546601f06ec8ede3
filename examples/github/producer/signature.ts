import { verify } from "@octokit/webhooks-methods";

/** What GitHub sends. What looks otherwise the library would throw at. */
const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/** Whether the request is signed with the webhook's secret. Where the Worker was given no secret, as by `npm start`, every request is. */
export async function isSigned(request: Request, secret: string | undefined): Promise<boolean> {
  if (secret === undefined) return true;
  const signature = request.headers.get("X-Hub-Signature-256") ?? "";
  const body = await request.text();
  return SIGNATURE.test(signature) && body !== "" && (await verify(secret, body, signature));
}
