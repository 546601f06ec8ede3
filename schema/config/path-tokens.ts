/** Reads a path from left to right. */
export interface PathReader {
  readonly path: string;
  at: number;
}

/** What a path is made of, as RFC 9535 (appendix A) has it; each is looked for where the reader stands. */
export const TOKENS = {
  blanks: /[ \t\n\r]*/y,
  dots: /\.\.?/y,
  name: /[A-Za-z_\u{80}-\u{10ffff}][A-Za-z_\u{80}-\u{10ffff}0-9]*/uy,
  /** What is no part of a name any more, and was meant to be one. */
  dashed: /[A-Za-z_\u{80}-\u{10ffff}0-9-]*/uy,
  integer: /0|-?[1-9][0-9]*/y,
  number: /(?:-0|0|-?[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y,
  word: /(?:true|false|null)(?![a-z0-9_(])/y,
  call: /[a-z][a-z0-9_]*\(/y,
  comparison: /[=!<>]=|[<>]/y,
  junction: /&&|\|\|/y,
} as const satisfies Record<string, RegExp>;

const HEX = "[0-9A-Fa-f]";
const PAIR = `[Dd][89ABab]${HEX}{2}\\\\u[Dd][C-Fc-f]${HEX}{2}`;
const ESCAPED = `[bfnrt/\\\\]|u(?:[0-9A-CEFa-cef]${HEX}{3}|[Dd][0-7]${HEX}{2}|${PAIR})`;
const DOUBLE_QUOTED = new RegExp(`"(?:[ !#-\\[\\]-\\u{10ffff}]|\\\\(?:"|${ESCAPED}))*"`, "uy");
const SINGLE_QUOTED = new RegExp(`'(?:[ -&(-\\[\\]-\\u{10ffff}]|\\\\(?:'|${ESCAPED}))*'`, "uy");

/** Takes a token if it stands here. */
export function take(reader: PathReader, token: RegExp): string | undefined {
  token.lastIndex = reader.at;
  const taken = token.exec(reader.path)?.[0];
  reader.at += taken?.length ?? 0;
  return taken;
}

export function takeText(reader: PathReader, text: string): boolean {
  const isHere = reader.path.startsWith(text, reader.at);
  if (isHere) reader.at += text.length;
  return isHere;
}

export function skipBlanks(reader: PathReader): void {
  take(reader, TOKENS.blanks);
}

/** Takes text in quotes, as what it says; `undefined` when none stands here. */
export function takeQuoted(reader: PathReader): string | undefined {
  const quote = reader.path[reader.at];
  if (quote !== '"' && quote !== "'") return undefined;
  const quoted = take(reader, quote === '"' ? DOUBLE_QUOTED : SINGLE_QUOTED);
  if (quoted === undefined) throw unexpected(reader, "text in quotes, escaped as in JSON");
  return JSON.parse(quote === '"' ? quoted : `"${quoted.slice(1, -1).replaceAll(/\\.|"/g, inDoubleQuotes)}"`) as string;
}

function inDoubleQuotes(character: string): string {
  if (character === "\\'") return "'";
  return character === '"' ? '\\"' : character;
}

export function unexpected(reader: PathReader, wanted: string): Error {
  return wrong(reader, reader.at, `expected ${wanted}`);
}

const SHOWN_CHARACTERS = 40;

/** What is wrong with a path, and where. */
export function wrong({ path }: PathReader, at: number, what: string): Error {
  const here = path.slice(at, at + SHOWN_CHARACTERS).toWellFormed();
  return new Error(`${what}, at ${here === "" ? "its end" : `"${here}"`}`);
}
