import { messageOf } from "../message-of.ts";
import { compilePathPattern } from "./path-pattern.ts";
import { type PathPattern, readPath } from "./path-syntax.ts";
import { wrong } from "./path-tokens.ts";

/**
 * Says what is wrong with a path that compiles: what RFC 9535 refuses, and patterns in it that could never match. Asked when a configuration is
 * written, not when one that was stored is read: what older builds took still runs.
 */
export function pathProblem(path: string): string | undefined {
  try {
    for (const pattern of readPath(path).patterns) requirePattern(path, pattern);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function requirePattern(path: string, { at, of, pattern }: PathPattern): void {
  try {
    compilePathPattern(of, pattern);
  } catch (error) {
    throw wrong({ path, at }, at, `expected a pattern RE2 understands in ${of}(): ${messageOf(error)}`);
  }
}
