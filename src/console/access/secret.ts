import { SECOND_MS } from "../../../schema/limits.ts";
import { networkOf } from "./network.ts";
import type { ConsoleSecret, Gate } from "./settings.ts";

/** The secret that a request carries as its credential, with all that stands behind it; `undefined` when it carries none. */
export function bearerOf(headers: Headers): string | undefined {
  const found = /^bearer(?: +(.*))?$/i.exec(headers.get("authorization") ?? "");
  return found === null ? undefined : (found[1] ?? "");
}

/** What became of a secret. `retryAfter`: none is taken from there before so many seconds have passed. */
export type SecretTried =
  | { readonly ok: true; readonly secret: ConsoleSecret }
  | { readonly ok: false; readonly reason: string; readonly retryAfter?: number };

interface SecretGiven {
  readonly given: string;
  /** Of the request that carries it. */
  readonly headers: Headers;
  /** Why it is refused when it is wrong. */
  readonly wrong: string;
}

/** Takes a secret, unless too many wrong ones have come from its network: then it is refused, right or wrong, and nobody learns which. */
export async function trySecret({ given, headers, wrong }: SecretGiven, { secrets, records }: Gate): Promise<SecretTried> {
  const secret = await secretGiven(given, secrets);
  const until = await records.countSecret({ network: networkOf(headers), isRight: secret !== undefined });
  if (until !== undefined) return { ok: false, reason: TOO_MANY, retryAfter: Math.max(1, Math.ceil((until - Date.now()) / SECOND_MS)) };
  return secret === undefined ? { ok: false, reason: wrong } : { ok: true, secret };
}

const TOO_MANY = "Too many wrong secrets came from your address. None is looked at for some minutes, be it right or wrong.";

/** Which secret was given. Takes as long for one that is nearly right as for one that is not: digests are compared, whole, with each. */
async function secretGiven(given: string, secrets: readonly ConsoleSecret[]): Promise<ConsoleSecret | undefined> {
  const digest = await sha256(given);
  const matches = await Promise.all(secrets.map(async ({ text }) => crypto.subtle.timingSafeEqual(digest, await sha256(text))));
  return secrets.find((_, index) => matches[index]);
}

async function sha256(text: string): Promise<ArrayBuffer> {
  return await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
