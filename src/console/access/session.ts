import { jwtVerify, SignJWT } from "jose";
import { SECOND_MS } from "../../../schema/limits.ts";
import { isLocalhost } from "./loopback.ts";
import type { ConsoleSecret } from "./settings.ts";
import type { Visitor } from "./visitor.ts";

/**
 * The cookie of who signed in with a secret. The prefix has a browser take it from this host alone, over HTTPS. Over plain HTTP at localhost,
 * where not every browser takes such a one, it has a name of its own, which counts nowhere else.
 */
export function sessionCookie(url: string): { readonly name: string; readonly secure: boolean } {
  const secure = new URL(url).protocol === "https:" || !isLocalhost(url);
  return { name: secure ? "__Host-flowhub_session" : "flowhub_session_at_localhost", secure };
}

/** Of who signed in, as it travels in the cookie. */
export interface Session {
  readonly id: string;
  /** When it ends by itself, in milliseconds since 1970. */
  readonly until: number;
  readonly visitor: Visitor;
}

export const SESSION_SECONDS = 12 * 60 * 60;

/** A token for who knows a secret. It is signed with a key made from the secret, so that changing the secret ends every session. */
export async function startSession(name: string, secret: ConsoleSecret): Promise<string> {
  return await new SignJWT({ name, role: secret.role })
    .setProtectedHeader({ alg: "HS256" })
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${SESSION_SECONDS} s`)
    .sign(await keyFrom(secret));
}

/** Reads a session; `undefined` when it has expired, or no secret of today signed it. Somebody may have signed out of it. */
export async function readSession(token: string | undefined, secrets: readonly ConsoleSecret[]): Promise<Session | undefined> {
  if (token === undefined) return undefined;
  const sessions = await Promise.all(secrets.map((secret) => sessionBy(secret, token)));
  return sessions.find((session) => session !== undefined);
}

async function sessionBy(secret: ConsoleSecret, token: string): Promise<Session | undefined> {
  const expected = { algorithms: ["HS256"], requiredClaims: ["exp", "jti"] };
  const verified = await jwtVerify(token, await keyFrom(secret), expected).catch(() => undefined);
  const { name, role, jti, exp } = verified?.payload ?? {};
  if (typeof name !== "string" || role !== secret.role || jti === undefined || exp === undefined) return undefined;
  return { id: jti, until: exp * SECOND_MS, visitor: { name, role: secret.role, by: "session" } };
}

async function keyFrom({ text }: ConsoleSecret): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const secret = await crypto.subtle.importKey("raw", encoder.encode(text), "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode("flowhub console session") };
  return await crypto.subtle.deriveKey(derivation, secret, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign", "verify"]);
}
