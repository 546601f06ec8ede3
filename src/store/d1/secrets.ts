import { withStorage } from "./storage.ts";

const SELECT = "SELECT value FROM secrets WHERE name = ?1";

/** The first to come decides for all. */
const INSERT = "INSERT INTO secrets (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

const CURSORS = "cursors";

const keys = new WeakMap<D1Database, CryptoKey>();

/**
 * The key that cursors are sealed with: one for the hub, drawn when it is first needed, stored for every isolate, and read once by each. `draw` makes
 * a text that nobody can guess.
 */
export async function cursorKey(d1: D1Database, draw: () => string): Promise<CryptoKey> {
  const known = keys.get(d1);
  if (known !== undefined) return known;
  const stored = (await readSecret(d1)) ?? (await drawSecret(d1, draw()));
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(stored), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
  keys.set(d1, key);
  return key;
}

async function readSecret(d1: D1Database): Promise<string | null> {
  return await withStorage(d1, () => d1.prepare(SELECT).bind(CURSORS).first<string>("value"));
}

/** Returns what is stored then, which may be another's. */
async function drawSecret(d1: D1Database, drawn: string): Promise<string> {
  const [, selected] = await withStorage(d1, () =>
    d1.batch<{ value: string }>([d1.prepare(INSERT).bind(CURSORS, drawn), d1.prepare(SELECT).bind(CURSORS)]),
  );
  const [row] = selected?.results ?? [];
  if (row === undefined) throw new Error("a secret that was just stored is not there");
  return row.value;
}
