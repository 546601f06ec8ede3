/** Bytes of a text in UTF-8, as D1 counts. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
