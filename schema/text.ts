import * as z from "zod";

/** Text that SQLite stores and returns unchanged. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Schema of text that is stored. */
export function storableText(maxLength: number) {
  return z.string().min(1).max(maxLength).refine(isStorableText, { error: "holds a NUL character or a lone surrogate" });
}
