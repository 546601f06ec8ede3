import { Fault } from "../../../schema/faults.ts";

/** Where a page ended: the values of the list's order. */
export type Position = readonly (string | number)[];

/**
 * A cursor is a position sealed together with the query it belongs to, so that a cursor that was altered, cut, or comes from
 * another query is refused. It is not a secret and grants nothing that the query itself would not.
 */
export async function sealCursor(position: Position, query: unknown): Promise<string> {
  return sealed(JSON.stringify(position), query);
}

/** The position in a cursor. Throws `cursor.invalid`. */
export async function openCursor(cursor: string, query: unknown): Promise<Position> {
  const text = (cursor.length <= LONGEST_CURSOR ? fromBase64Url(cursor) : undefined) ?? "";
  const body = text.slice(SEAL_LENGTH);
  const position = cursor === (await sealed(body, query)) ? positionIn(body) : undefined;
  if (position !== undefined) return position;
  throw new Fault(
    "cursor.invalid",
    "The cursor is not one of this query: it was altered, or the filters are others than those of the page before.",
  );
}

/** The seal has no secret, so that what it holds may be anything. */
function positionIn(body: string): Position | undefined {
  try {
    const position: unknown = JSON.parse(body);
    return Array.isArray(position) && position.length > 0 && position.every(isOfAnOrder) ? position : undefined;
  } catch {
    return undefined;
  }
}

function isOfAnOrder(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}

/** Far longer than any position. */
const LONGEST_CURSOR = 8_192;

const SEAL_LENGTH = 16;

async function sealed(body: string, query: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(["flowhub cursor 1", query, body])));
  const seal = toBase64Url(new Uint8Array(digest)).slice(0, SEAL_LENGTH);
  return toBase64Url(new TextEncoder().encode(seal + body));
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function fromBase64Url(text: string): string | undefined {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    // Not base64 at all: as foreign as a wrong seal.
    return undefined;
  }
}
