import * as z from "zod";

/** Text that SQLite stores and returns unchanged. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Schema of text that is stored. */
export function storableText(maxLength: number) {
  return z.string().min(1).max(maxLength).refine(isStorableText, { error: "holds a NUL character or a lone surrogate" });
}

/** True for a string as CloudEvents has it: no control characters, no noncharacters, no lone surrogates. */
export function isAttributeText(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(text);
}

/** Says of text what `isAttributeText` asks. */
export const NOT_ATTRIBUTE_TEXT = "holds a control character, a noncharacter or a lone surrogate";

/** Schema of an attribute of an event. */
export function attributeText(maxBytes: number) {
  return z
    .string()
    .min(1)
    .refine(isAttributeText, { error: NOT_ATTRIBUTE_TEXT })
    .refine((text) => new TextEncoder().encode(text).length <= maxBytes, { error: `must be at most ${maxBytes} bytes of UTF-8` });
}

const SHOWN_CHARACTERS = 200;

/** Text of a caller's that goes into a message: of what is long, its two ends. */
export function shortened(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  return `${text.slice(0, SHOWN_CHARACTERS / 2)}…${text.slice(-SHOWN_CHARACTERS / 2)}`.toWellFormed();
}
