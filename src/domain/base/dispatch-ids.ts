import { DEAD_LETTER } from "../../../schema/limits.ts";

const DISPATCH_ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}-\d{1,6}(?:-r\d{1,6})?/g;

/** Whatever looks like the id of a dispatch in a text, each once. */
export function dispatchIdsIn(text: string): string[] {
  const found = new Set<string>();
  for (const [id] of text.matchAll(DISPATCH_ID)) {
    found.add(id);
    if (found.size === DEAD_LETTER.maxDispatches) break;
  }
  return [...found];
}
