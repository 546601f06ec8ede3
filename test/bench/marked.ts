/** A text before, between and behind two marks, which stay with what is outside. `undefined` where they are not there, in this order. */
export function partsOf(text: string, start: string, end: string): readonly [before: string, between: string, behind: string] | undefined {
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  const first = from + start.length;
  return [text.slice(0, first), text.slice(first, to), text.slice(to)];
}
