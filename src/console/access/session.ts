import { jwtVerify, SignJWT } from "jose";
import type { ConsoleSecret } from "./settings.ts";
import type { Visitor } from "./visitor.ts";

/** Of who signed in with a secret. */
export const SESSION_COOKIE = "flowhub_session";
export const SESSION_SECONDS = 12 * 60 * 60;

/** A token for who knows a secret. It is signed with a key made from the secret, so that changing the secret ends every session. */
export async function startSession(name: string, secret: ConsoleSecret): Promise<string> {
  return await new SignJWT({ name, role: secret.role })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt()
    .setExpirationTime(`${SESSION_SECONDS} s`)
    .sign(await keyFrom(secret));
}

/** Who a session belongs to; `undefined` when it has expired, or no secret of today signed it. */
export async function visitorIn(session: string, secrets: readonly ConsoleSecret[]): Promise<Visitor | undefined> {
  const visitors = await Promise.all(secrets.map((secret) => visitorOf(session, secret)));
  return visitors.find((visitor) => visitor !== undefined);
}

async function visitorOf(session: string, secret: ConsoleSecret): Promise<Visitor | undefined> {
  const verified = await jwtVerify(session, await keyFrom(secret), { algorithms: ["HS256"], requiredClaims: ["exp"] }).catch(
    () => undefined,
  );
  const { name, role } = verified?.payload ?? {};
  return typeof name === "string" && role === secret.role ? { name, role: secret.role, by: "session" } : undefined;
}

async function keyFrom({ text }: ConsoleSecret): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const secret = await crypto.subtle.importKey("raw", encoder.encode(text), "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode("flowhub console session") };
  return await crypto.subtle.deriveKey(derivation, secret, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign", "verify"]);
}
