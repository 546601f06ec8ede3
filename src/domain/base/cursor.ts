import { Fault } from "../../../schema/faults.ts";

/** Where a page ended: the values of the list's order. */
export type Position = readonly (string | number)[];

/**
 * Seals a position together with the query it belongs to, by HMAC-SHA-256 with a key that the hub alone has. So a cursor that was made up, altered
 * or cut, or that comes from another query, is refused, and what travels in it, such as the sums of an audit, is the hub's own word. It hides nothing.
 */
export async function sealCursor(position: Position, query: unknown, key: CryptoKey): Promise<string> {
  const body = JSON.stringify(position);
  return cursorText(new Uint8Array(await crypto.subtle.sign("HMAC", key, sealedBytes(query, body))), body);
}

/** The position in a cursor. Throws `cursor.invalid`. */
export async function openCursor(cursor: string, query: unknown, key: CryptoKey): Promise<Position> {
  const bytes = (cursor.length <= LONGEST_CURSOR ? fromBase64Url(cursor) : undefined) ?? new Uint8Array();
  const seal = bytes.subarray(0, SEAL_BYTES);
  const body = new TextDecoder().decode(bytes.subarray(SEAL_BYTES));
  const isSealed = await crypto.subtle.verify("HMAC", key, seal, sealedBytes(query, body));
  // Different texts can decode to one body: just the one that was given out is taken.
  if (isSealed && cursor === cursorText(seal, body)) return JSON.parse(body) as Position;
  throw new Fault(
    "cursor.invalid",
    "The cursor is not one of this query: it was altered, or the filters are others than those of the page before.",
  );
}

/** Far longer than any position. */
const LONGEST_CURSOR = 8_192;

const SEAL_BYTES = 32;

function sealedBytes(query: unknown, body: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(["flowhub cursor 2", query, body]));
}

function cursorText(seal: Uint8Array, body: string): string {
  return toBase64Url([...seal, ...new TextEncoder().encode(body)]);
}

function toBase64Url(bytes: readonly number[]): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  } catch {
    // Not base64 at all: as foreign as a wrong seal.
    return undefined;
  }
}
