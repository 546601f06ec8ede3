import { RE2JS } from "re2js";

/**
 * RE2 takes time linear to the text, times the size of the compiled pattern: some 12 ns an instruction and character (measured).
 * A pattern in a configuration is its author's choice, within reason; `^[a-z]{3}-[0-9]+$` has about ten instructions.
 */
const MAX_INSTRUCTIONS = 2_500;

/** A compiled RE2 pattern, found anywhere in a text. Throws when it is malformed or too large. */
export function compilePattern(pattern: string, maxInstructions: number = MAX_INSTRUCTIONS): (text: string) => boolean {
  const compiled = compile(pattern, maxInstructions);
  return (text) => compiled.matcher(text).find();
}

/** A pattern that has to cover the whole text. */
export function compileWholePattern(pattern: string, maxInstructions: number = MAX_INSTRUCTIONS): (text: string) => boolean {
  const compiled = compile(pattern, maxInstructions);
  return (text) => compiled.matches(text);
}

function compile(pattern: string, maxInstructions: number): RE2JS {
  if (atomsIn(pattern) > MAX_ATOMS_PER_INSTRUCTION * maxInstructions) throw tooLarge();
  const compiled = RE2JS.compile(pattern);
  if (compiled.programSize() > maxInstructions) throw tooLarge();
  return compiled;
}

function tooLarge(): Error {
  return new Error("the pattern is too large");
}

/** RE2 makes one of what alternatives begin with in common, and nothing of empty groups, after it has written all of it out. */
const MAX_ATOMS_PER_INSTRUCTION = 4;

const REPEAT = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;
/** Quoted text, an escape with its braces, a class, or any other character. */
const ATOM = /\\Q.*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]?|./suy;

/**
 * Counts the atoms of a pattern, each as often as counted repetitions write it out: about what compiling it takes, in time and memory, before
 * its size is known. `(){1000}` written 400 times takes a second and 270 MB (measured).
 */
function atomsIn(pattern: string): number {
  /** Atoms of the groups that are open, the innermost last. */
  const groups = [0];
  let last = 0;
  for (let at = 0; at < pattern.length; ) {
    const repeat = matchAt(REPEAT, pattern, at);
    const atom = repeat?.[0] ?? matchAt(ATOM, pattern, at)?.[0] ?? pattern.charAt(at);
    if (atom === "(") groups.push(0);
    else {
      const size = repeat === null ? sizeOf(atom, groups) : last * (timesOf(repeat) - 1);
      last = repeat === null ? size : last + size;
      groups.push((groups.pop() ?? 0) + size);
    }
    at += atom.length;
  }
  return groups.reduce((sum, size) => sum + size, 0);
}

const SETS_FLAG_S = /\(\?[imU]*s[imsU]*(?:-[imsU]*)?[:)]/y;

/** Writes `.` as I-Regexp (RFC 9485) means it, which leaves out carriage returns too; a pattern that sets the flag `s` means what it says. */
export function withDotsOfIRegexp(pattern: string): string {
  let written = "";
  for (let at = 0; at < pattern.length; ) {
    if (matchAt(SETS_FLAG_S, pattern, at) !== null) return pattern;
    const atom = matchAt(ATOM, pattern, at)?.[0] ?? pattern.charAt(at);
    written += atom === "." ? "[^\\n\\r]" : atom;
    at += atom.length;
  }
  return written;
}

/** Of what ends here: a group, which is closed, or an atom of its own. */
function sizeOf(atom: string, groups: number[]): number {
  if (atom === ")") return 1 + (groups.length > 1 ? (groups.pop() ?? 0) : 0);
  return atom.startsWith("\\Q") ? atom.length : 1;
}

function timesOf([, least, most]: RegExpExecArray): number {
  return Math.max(Number(least), Number(most ?? 0), 1);
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}
