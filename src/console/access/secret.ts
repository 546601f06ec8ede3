import type { ConsoleSecret } from "./settings.ts";

/** The secret that a request carries as its credential, with all that stands behind it; `undefined` when it carries none. */
export function bearerOf(headers: Headers): string | undefined {
  const found = /^bearer(?: +(.*))?$/i.exec(headers.get("authorization") ?? "");
  return found === null ? undefined : (found[1] ?? "");
}

/** Which secret was given. Takes as long for one that is nearly right as for one that is not: digests are compared, whole, with each. */
export async function secretGiven(given: string, secrets: readonly ConsoleSecret[]): Promise<ConsoleSecret | undefined> {
  const digest = await sha256(given);
  const matches = await Promise.all(secrets.map(async ({ text }) => crypto.subtle.timingSafeEqual(digest, await sha256(text))));
  return secrets.find((_, index) => matches[index]);
}

async function sha256(text: string): Promise<ArrayBuffer> {
  return await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
