import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import type { CloudflareAccess } from "../../../schema/config/console.ts";
import { ACCESS } from "../../../schema/limits.ts";
import { isStorableText } from "../../../schema/text.ts";
import type { Visitor } from "./visitor.ts";

/** Who a token speaks for, or why it is not accepted: in words that hold nothing of it. */
export type VerifiedToken = { readonly ok: true; readonly visitor: Visitor } | { readonly ok: false; readonly reason: string };

/**
 * Verifies a token of Cloudflare Access: signed by the team, for one of the applications, and neither too old nor too young
 * (https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/).
 */
export async function verifyAccessToken(token: string, { team, audience, operators }: CloudflareAccess): Promise<VerifiedToken> {
  try {
    const issuer = issuerOf(team);
    const expected = { issuer, audience: [...audience], algorithms: ["RS256"], requiredClaims: ["exp"] };
    const identity = identityIn((await jwtVerify(token, keysOf(issuer), expected)).payload);
    if (identity === undefined) return { ok: false, reason: "it names nobody" };
    return { ok: true, visitor: { name: noted(identity), role: isOperator(identity, operators) ? "operator" : "viewer", by: "access" } };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function issuerOf(team: string): string {
  return `https://${team}.cloudflareaccess.com`;
}

type Keys = ReturnType<typeof createRemoteJWKSet>;
const known = new Map<string, Keys>();

/** One set an isolate: it is fetched again every 10 minutes, and when a token is signed by a key it does not hold, at most every 30 seconds. */
function keysOf(issuer: string): Keys {
  const before = known.get(issuer);
  if (before !== undefined) return before;
  const keys = createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`), { timeoutDuration: ACCESS.keysMs });
  known.set(issuer, keys);
  return keys;
}

const NAMING = ["email", "common_name", "sub"] as const;

/** What a token says of who bears it: people have an e-mail address, service tokens a common name, and others a subject alone. */
interface Identity {
  readonly claim: (typeof NAMING)[number];
  readonly name: string;
}

/** The first claim that names somebody. */
function identityIn(payload: JWTPayload): Identity | undefined {
  return NAMING.flatMap((claim) => {
    const name = payload[claim];
    return typeof name === "string" && name !== "" && isStorableText(name) ? [{ claim, name }] : [];
  })[0];
}

/** As it is written down: at most 200 characters. */
function noted({ name }: Identity): string {
  return name.slice(0, 200).toWellFormed();
}

/** An operator is named by an e-mail address or by a common name, and each counts only where it stands in the claim of its kind. */
function isOperator({ claim, name }: Identity, operators: CloudflareAccess["operators"]): boolean {
  if (operators === undefined) return true;
  return operators.some((operator) => claim === (operator.includes("@") ? "email" : "common_name") && lowered(operator) === lowered(name));
}

/** In small letters where they are ASCII, and no others: `toLowerCase()` makes a k of the Kelvin sign, which is another address. */
function lowered(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

const CLAIMS: Readonly<Record<string, string>> = {
  iss: "it comes from another team",
  aud: "it is for another application",
  nbf: "it is not valid yet",
  exp: "it does not say when it expires",
};

const REASONS: readonly (readonly [abstract new (...args: never[]) => Error, string])[] = [
  [errors.JWTExpired, "it has expired"],
  [errors.JWSSignatureVerificationFailed, "its signature is wrong"],
  [errors.JWKSNoMatchingKey, "it is not signed with a key of the team"],
  [errors.JOSEAlgNotAllowed, "it is not signed as Access signs"],
  [errors.JWSInvalid, "it is not a token"],
  [errors.JWTInvalid, "it is not a token"],
];

function reasonOf(error: unknown): string {
  const found = REASONS.find(([kind]) => error instanceof kind);
  if (found !== undefined) return found[1];
  if (error instanceof errors.JWTClaimValidationFailed) return CLAIMS[error.claim] ?? "its claims are wrong";
  return "the keys of the team could not be read; try again, and check the team's name in HUB_CONSOLE";
}
