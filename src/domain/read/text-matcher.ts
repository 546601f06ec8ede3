/**
 * Makes a test for text in stored JSON text: as it is, as a JSON string writes it, or as JSON without the blanks that people put in it. It goes
 * by letters, not by their case or how they are encoded.
 */
export function textMatcher(text: string): (json: string) => boolean {
  const sought = [...new Set([text, JSON.stringify(text).slice(1, -1), compacted(text)].map(folded))];
  return (json) => {
    const whole = folded(json);
    return sought.some((one) => whole.includes(one));
  };
}

/**
 * Maps text that differs in case alone to one text, in the letters of every language and no locale: `ß`, `ẞ` and `SS`, the three sigmas, and
 * `ı`, `i` and `I` are one each, while `İ` is `i` with a dot above. Lower case comes first, since `ẞ` is its own upper case. NFC last: an
 * accented letter is the same as one character and as two.
 */
function folded(text: string): string {
  return text.toLowerCase().toUpperCase().normalize("NFC");
}

/** Strings of JSON, and the blanks that may stand behind or before what separates them. */
const STRINGS_AND_BLANKS = /("(?:[^"\\]|\\.)*")|(?<=[{[:,])\s+|\s+(?=[}\]])/g;

function compacted(text: string): string {
  return text.replace(STRINGS_AND_BLANKS, (_, string: string | undefined) => string ?? "");
}
