import { DISPATCH_ID } from "../../../schema/ids.ts";
import { UNDELIVERABLE } from "../../../schema/limits.ts";

const EVERY_DISPATCH_ID = new RegExp(DISPATCH_ID, "g");

/** Whatever looks like the id of a dispatch in a text, each once. */
export function dispatchIdsIn(text: string): string[] {
  const found = new Set<string>();
  for (const [id] of text.matchAll(EVERY_DISPATCH_ID)) {
    found.add(id);
    if (found.size === UNDELIVERABLE.maxDispatches) break;
  }
  return [...found];
}
