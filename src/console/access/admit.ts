import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { verifyAccessToken } from "./access-token.ts";
import { notFromHere } from "./loopback.ts";
import { bearerOf, secretGiven } from "./secret.ts";
import { SESSION_COOKIE, visitorIn } from "./session.ts";
import { cloudflareOf, type Settings } from "./settings.ts";
import type { Visitor } from "./visitor.ts";

/** Who a request comes from, or why nobody is let in by it. */
export type Admission = { readonly ok: true; readonly visitor: Visitor } | { readonly ok: false; readonly reason: string };

/** Whether a request carries a secret as its credential, right or wrong. A browser does not do that by itself. */
export function presentsSecret(c: Context, { secrets }: Settings): boolean {
  return secrets.length > 0 && bearerOf(c.req.raw.headers) !== undefined;
}

/** A secret in the header counts alone: who sends a wrong one is not let in as somebody else. */
export async function admit(c: Context, settings: Settings): Promise<Admission> {
  if (presentsSecret(c, settings)) return await bySecret(c, settings);
  const visitor = await visitorIn(getCookie(c, SESSION_COOKIE) ?? "", settings.secrets);
  if (visitor !== undefined) return { ok: true, visitor };
  return await byAccess(c, settings);
}

async function bySecret(c: Context, { secrets }: Settings): Promise<Admission> {
  const secret = await secretGiven(bearerOf(c.req.raw.headers) ?? "", secrets);
  if (secret === undefined) return { ok: false, reason: "The secret is wrong." };
  return { ok: true, visitor: { name: "secret", role: secret.role, by: "bearer" } };
}

async function byAccess(c: Context, settings: Settings): Promise<Admission> {
  const { access, secrets } = settings;
  if (access?.access === "none") return fromHere(c.req.raw);
  const team = cloudflareOf(settings);
  if (team === undefined) {
    const reason = secrets.length > 0 ? "This console asks for a secret." : "Nothing is configured that lets anybody in.";
    return { ok: false, reason };
  }
  const token = c.req.header("cf-access-jwt-assertion") || getCookie(c, "CF_Authorization") || "";
  if (token === "") return { ok: false, reason: "The request comes without a token of Cloudflare Access." };
  const verified = await verifyAccessToken(token, team);
  return verified.ok ? verified : { ok: false, reason: `The token of Cloudflare Access is not accepted: ${verified.reason}.` };
}

function fromHere(request: Request): Admission {
  const reason = notFromHere(request);
  if (reason === undefined) return { ok: true, visitor: { name: "local", role: "operator", by: "none" } };
  return { ok: false, reason: `HUB_CONSOLE says "none", which lets in only who is at the hub's own machine: ${reason}.` };
}
