import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { verifyAccessToken } from "./access-token.ts";
import { notFromHere } from "./loopback.ts";
import { bearerOf, trySecret } from "./secret.ts";
import { readSession, sessionCookie } from "./session.ts";
import { cloudflareOf, type Gate, type Settings } from "./settings.ts";
import type { Visitor } from "./visitor.ts";

/** Who a request comes from, or why nobody is let in by it: for so many seconds, where it says so. */
export type Admission =
  | { readonly ok: true; readonly visitor: Visitor }
  | { readonly ok: false; readonly reason: string; readonly retryAfter?: number };

/** Whether a request carries a secret as its credential, right or wrong. A browser does not do that by itself. */
export function presentsSecret(c: Context, { secrets }: Settings): boolean {
  return secrets.length > 0 && bearerOf(c.req.raw.headers) !== undefined;
}

/** A secret in the header counts alone: who sends a wrong one is not let in as somebody else. */
export async function admit(c: Context, gate: Gate): Promise<Admission> {
  if (presentsSecret(c, gate)) return await bySecret(c, gate);
  const session = await readSession(getCookie(c, sessionCookie(c.req.url).name), gate.secrets);
  if (session !== undefined && !(await gate.records.isEnded(session.id))) return { ok: true, visitor: session.visitor };
  return await byAccess(c, gate);
}

async function bySecret(c: Context, gate: Gate): Promise<Admission> {
  const { headers } = c.req.raw;
  const tried = await trySecret({ given: bearerOf(headers) ?? "", headers, wrong: "The secret is wrong." }, gate);
  return tried.ok ? { ok: true, visitor: { name: "secret", role: tried.secret.role, by: "bearer" } } : tried;
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
