import * as z from "zod";

/** Text that SQLite stores and returns unchanged. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Schema of text that is stored. */
export function storableText(maxLength: number) {
  return z.string().min(1).max(maxLength).refine(isStorableText, { error: "holds a NUL character or a lone surrogate" });
}

const SHOWN_CHARACTERS = 200;

/** Text of a caller's that goes into a message: of what is long, its two ends. */
export function shortened(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  return `${text.slice(0, SHOWN_CHARACTERS / 2)}…${text.slice(-SHOWN_CHARACTERS / 2)}`.toWellFormed();
}
