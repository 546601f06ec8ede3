/** How an attempt goes wrong, for the sake of the example. */
export type Mishap = "throws" | "replies failed" | "asks for time";

const MISHAPS: readonly Mishap[] = ["throws", "replies failed", "asks for time"];

/** Share of attempts that go wrong, by ordinal; from the fourth on none does. */
const SHARE = [0.4, 0.5, 0.25];

/**
 * Whether and how an attempt goes wrong. Pure, so that who knows the rule knows the outcome of every dispatch in advance,
 * and so that an attempt made twice ends the same way.
 */
export function mishapOf(dispatchId: string, attempt: number): Mishap | undefined {
  const drawn = hash(`${dispatchId}#${attempt}`) / 2 ** 32;
  const share = SHARE[attempt - 1] ?? 0;
  return drawn < share ? MISHAPS[Math.floor((drawn / share) * MISHAPS.length)] : undefined;
}

/** The first attempt that goes well. */
export function attemptsOf(dispatchId: string): number {
  let attempt = 1;
  while (mishapOf(dispatchId, attempt) !== undefined) attempt++;
  return attempt;
}

/** FNV-1a with the finish of MurmurHash3: ids that differ in one character fall far apart. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
