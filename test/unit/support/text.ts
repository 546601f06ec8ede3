import fc from "fast-check";

const codePoint = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.integer({ min: 1, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0xffff }),
  fc.integer({ min: 0x10000, max: 0x10ffff }),
);

/** Any character of Unicode but NUL: one to four bytes in UTF-8. */
export const character = codePoint.map((point) => String.fromCodePoint(point));

/** Well-formed text without NUL. */
export const text = (constraints: { minLength?: number; maxLength?: number } = {}) => fc.string({ unit: character, ...constraints });
