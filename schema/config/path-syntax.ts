import { isPatternFunction, type PatternFunction } from "./path-pattern.ts";
import { type PathReader, skipBlanks, TOKENS, take, takeQuoted, takeText, unexpected, wrong } from "./path-tokens.ts";

/** A step of a path: what stands behind one or two dots, or in brackets. */
export interface PathSegment {
  /** Where it begins in the path. */
  readonly at: number;
  /** Whether it looks at everything below, too: `..`. */
  readonly descends: boolean;
  /** The name behind a dot; there is none for `*`, and none in brackets. */
  readonly name?: string;
  /** Whether it selects one member or element at most. */
  readonly selectsOne: boolean;
}

/** A path, or one that stands in a filter of it. */
export interface PathQuery {
  /** Where its `$` or `@` stands. */
  readonly at: number;
  readonly segments: readonly PathSegment[];
  /** Descents that it makes for each node, its own and those of the paths in whose filters it stands. */
  readonly descents: number;
}

/** A pattern that stands in a path, as a function is given it. */
export interface PathPattern {
  /** Where the call of the function begins. */
  readonly at: number;
  readonly of: PatternFunction;
  readonly pattern: string;
}

/** A path that is read: what can be said of it before any document is there. */
export interface PathSyntax {
  readonly queries: readonly PathQuery[];
  readonly patterns: readonly PathPattern[];
}

/**
 * Reads a path by the grammar of RFC 9535 (appendix A) and its rule that a value alone is no test. Throws an error that says what is wrong and
 * what to write instead. json-p3 takes more than the grammar and gives it another meaning, or none: `!@.a=='x'` is never true there. That
 * functions exist, and get and give what they should, is its part: this reads what it compiles.
 */
export function readPath(path: string): PathSyntax {
  const reader: Reader = { path, at: 0, descents: 0, queries: [], patterns: [] };
  if (!path.isWellFormed()) throw new Error("half of a surrogate pair is no character");
  if (path[0] !== "$") throw unexpected(reader, '"$"');
  readQuery(reader);
  if (reader.at < path.length) throw unexpected(reader, 'a step such as .name or ["name"]');
  return reader;
}

interface Reader extends PathReader {
  /** Of the paths that are being read. */
  descents: number;
  readonly queries: PathQuery[];
  readonly patterns: PathPattern[];
}

/** What is compared, or passed to a function. */
interface Operand {
  readonly at: number;
  readonly kind: "literal" | "query" | "value function" | "logical function";
  readonly name?: string;
  readonly text?: string;
}

function readQuery(reader: Reader): void {
  const { at, descents } = reader;
  reader.at += 1;
  const segments: PathSegment[] = [];
  for (let segment = readSegment(reader); segment !== undefined; segment = readSegment(reader)) segments.push(segment);
  reader.queries.push({ at, segments, descents: reader.descents });
  reader.descents = descents;
}

function readSegment(reader: Reader): PathSegment | undefined {
  const before = reader.at;
  skipBlanks(reader);
  const { at } = reader;
  const dots = take(reader, TOKENS.dots);
  const descends = dots === "..";
  if (descends) reader.descents += 1;
  if (dots !== "." && takeText(reader, "[")) return { at, descends, selectsOne: readSelectors(reader) && !descends };
  if (dots === undefined) {
    reader.at = before;
    return undefined;
  }
  if (takeText(reader, "*")) return { at, descends, selectsOne: false };
  return { at, descends, name: readName(reader), selectsOne: !descends };
}

function readName(reader: Reader): string {
  const from = reader.at;
  const name = take(reader, TOKENS.name);
  if (name === undefined) throw unexpected(reader, "a name or *");
  const rest = take(reader, TOKENS.dashed);
  if (rest !== "") throw wrong(reader, from, `a name behind a dot has no dash: write ["${name}${rest}"]`);
  return name;
}

/** Reads what stands in brackets, behind the first: whether that selects one at most. */
function readSelectors(reader: Reader): boolean {
  let [count, one] = [0, true];
  do {
    skipBlanks(reader);
    one = readSelector(reader);
    count += 1;
    skipBlanks(reader);
  } while (takeText(reader, ","));
  if (!takeText(reader, "]")) throw unexpected(reader, '"," or "]"');
  return one && count === 1;
}

function readSelector(reader: Reader): boolean {
  if (takeQuoted(reader) !== undefined) return true;
  if (takeText(reader, "*")) return false;
  if (takeText(reader, "?")) {
    readTests(reader);
    return false;
  }
  const index = take(reader, TOKENS.integer);
  skipBlanks(reader);
  if (!takeText(reader, ":")) {
    if (index === undefined) throw unexpected(reader, 'a name in quotes, an index, a slice, * or a filter such as ?@.a=="b"');
    return true;
  }
  readRestOfSlice(reader);
  return false;
}

function readRestOfSlice(reader: Reader): void {
  skipBlanks(reader);
  take(reader, TOKENS.integer);
  skipBlanks(reader);
  if (takeText(reader, ":")) {
    skipBlanks(reader);
    take(reader, TOKENS.integer);
    skipBlanks(reader);
  }
  const { at } = reader;
  if (take(reader, TOKENS.number) !== undefined)
    throw wrong(reader, at, "a slice is start:end:step, with a colon before each further number");
}

/** Reads tests joined by `&&` and `||`, and the blanks around them. */
function readTests(reader: Reader): void {
  do {
    skipBlanks(reader);
    readTest(reader);
    skipBlanks(reader);
  } while (take(reader, TOKENS.junction) !== undefined);
}

function readTest(reader: Reader): void {
  const { at } = reader;
  const isNegated = takeText(reader, "!");
  skipBlanks(reader);
  if (isNegated && reader.path[reader.at] === "!") throw wrong(reader, at, 'a test has one "!" at the most: two say nothing');
  const first = reader.at;
  if (takeText(reader, "(")) {
    readTests(reader);
    if (!takeText(reader, ")")) throw unexpected(reader, '")", && or ||');
    if (isComparedHere(reader)) throw wrong(reader, first, UNGROUPED);
    return;
  }
  const left = readOperand(reader);
  if (!isComparedHere(reader)) {
    requireTest(reader, left);
    return;
  }
  readComparison(reader);
  if (!isNegated) return;
  const comparison = reader.path.slice(first, reader.at);
  throw wrong(reader, at, `"!" negates no comparison without parentheses: write !(${comparison}), or the opposite operator`);
}

const UNGROUPED = "what is compared, or passed to a function, has no parentheses around it";

function requireTest(reader: Reader, { at, kind, name }: Operand): void {
  if (kind === "literal") throw wrong(reader, at, "a value alone is no test: compare it with something");
  if (kind === "value function") throw wrong(reader, at, `${name}() gives a value, which is no test: compare it with something`);
}

function isComparedHere(reader: Reader): boolean {
  const { at } = reader;
  skipBlanks(reader);
  const isCompared = take({ ...reader }, TOKENS.comparison) !== undefined;
  if (!isCompared) reader.at = at;
  return isCompared;
}

/** Reads the operator and the right side of a comparison. */
function readComparison(reader: Reader): void {
  take(reader, TOKENS.comparison);
  skipBlanks(reader);
  readOperand(reader);
  const { at } = reader;
  if (isComparedHere(reader)) throw wrong(reader, at, "comparisons do not chain: join two of them by && or ||");
}

function readOperand(reader: Reader): Operand {
  const { at, path } = reader;
  const first = path[at];
  if (first === "!") throw wrong(reader, at, '"!" stands before a whole test, not within a comparison or a call');
  if (first === "(") throw wrong(reader, at, UNGROUPED);
  if (first === "$" || first === "@") {
    readQuery(reader);
    return { at, kind: "query" };
  }
  const text = takeQuoted(reader);
  if (text !== undefined) return { at, kind: "literal", text };
  const call = take(reader, TOKENS.call);
  if (call !== undefined) return readArguments(reader, { at, name: call.slice(0, -1) });
  if (take(reader, TOKENS.number) ?? take(reader, TOKENS.word)) return { at, kind: "literal" };
  throw unexpected(reader, "a path, a value or a function");
}

function readArguments(reader: Reader, { at, name }: { at: number; name: string }): Operand {
  const given: Operand[] = [];
  do {
    skipBlanks(reader);
    given.push(readOperand(reader));
    skipBlanks(reader);
  } while (takeText(reader, ","));
  if (!takeText(reader, ")")) throw unexpected(reader, '"," or ")"');
  if (!isPatternFunction(name)) return { at, name, kind: "value function" };
  const pattern = given[1]?.text;
  if (pattern !== undefined) reader.patterns.push({ at, of: name, pattern });
  return { at, name, kind: "logical function" };
}
