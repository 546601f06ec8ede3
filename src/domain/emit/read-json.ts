import type { FaultCode } from "../../../schema/faults.ts";
import type { Json } from "../../../schema/json.ts";
import { messageOf } from "../../../schema/message-of.ts";
import { shortened } from "../../../schema/text.ts";

/** Why a value cannot be stored as JSON, and where: `data.items[3].price is NaN`. */
export interface JsonProblem {
  readonly code: Extract<FaultCode, `payload.${string}`>;
  readonly text: string;
}

/** `data`: a copy of the value as it will be read back, without members that were `undefined`. */
export type ReadJson = { readonly problem: JsonProblem; readonly data?: never } | { readonly problem?: never; readonly data: Json };

interface Walk {
  readonly maxDepth: number;
  /** Characters the value may still take: ends the walk through shared parts that multiply. */
  left: number;
  readonly ancestors: Set<object>;
  /** Set when something is wrong: what, told with its place; and the steps that led there, the last one first. */
  problem: { readonly code: JsonProblem["code"]; readonly text: (place: string) => string } | undefined;
  readonly steps: string[];
}

/** In the place of a part that is not JSON. */
const FAILED = Symbol("not JSON");

type Read = Json | typeof FAILED;

/**
 * Copies `value`, if it is JSON that SQLite returns unchanged, without writing it out. Each part is read once, so that what is checked is what
 * is stored and routed, whatever a value says when it is read again.
 */
export function readJson(value: unknown, limits: { maxDepth: number; maxBytes: number }): ReadJson {
  const walk: Walk = { maxDepth: limits.maxDepth, left: limits.maxBytes, ancestors: new Set(), problem: undefined, steps: [] };
  try {
    const data = read(value, walk);
    return data === FAILED ? { problem: problemOf(walk) } : { data };
  } catch (error) {
    return { problem: { code: "payload.not_json", text: `data could not be read: ${shortened(messageOf(error))}` } };
  }
}

function problemOf({ problem, steps }: Walk): JsonProblem {
  if (problem === undefined) throw new Error("a part is not JSON and nothing is wrong with it");
  const place = `data${steps.toReversed().join("")}`;
  return { code: problem.code, text: problem.text(shortened(place)) };
}

function fail(walk: Walk, code: JsonProblem["code"], text: (place: string) => string): typeof FAILED {
  walk.problem = { code, text };
  return FAILED;
}

function notJson(walk: Walk, what: string): typeof FAILED {
  return fail(walk, "payload.not_json", (place) => `${place} is ${what}, which JSON cannot hold`);
}

function tooLarge(walk: Walk): typeof FAILED {
  return fail(walk, "payload.too_large", () => "is larger than an event may be");
}

function read(value: unknown, walk: Walk): Read {
  walk.left -= 1;
  if (walk.left < 0) return tooLarge(walk);
  switch (typeof value) {
    case "string":
      return readText(value, walk) ? value : FAILED;
    case "number":
      // JSON text has no sign for zero.
      return Number.isFinite(value) ? value + 0 : notJson(walk, String(value));
    case "boolean":
      return value;
    case "object":
      return value === null ? null : readContainer(value, walk);
    default:
      return notJson(walk, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

/** Any text: JSON writes NUL and lone surrogates as escapes, which SQLite returns as they are. */
function readText(text: string, walk: Walk): boolean {
  walk.left -= text.length;
  if (walk.left >= 0) return true;
  tooLarge(walk);
  return false;
}

function readContainer(container: object, walk: Walk): Read {
  if (walk.ancestors.has(container)) return notJson(walk, "a reference to what contains it");
  if (walk.ancestors.size === walk.maxDepth) {
    return fail(walk, "payload.too_deep", () => `is nested deeper than ${walk.maxDepth} levels`);
  }
  walk.ancestors.add(container);
  const copy = Array.isArray(container) ? readList(container, walk) : readObject(container, walk);
  walk.ancestors.delete(container);
  return copy;
}

function readList(items: readonly unknown[], walk: Walk): Read {
  const copy: Json[] = [];
  for (let index = 0; index < items.length; index++) {
    const item = read(items[index], walk);
    if (item === FAILED) return failedIn(walk, `[${index}]`);
    copy.push(item);
  }
  // JSON would leave them out, or call them.
  const hasMembers = "toJSON" in items || Object.keys(items).length > copy.length;
  return hasMembers ? notJson(walk, "a list with members of its own") : copy;
}

function readObject(object: object, walk: Walk): Read {
  const prototype: object | null = Object.getPrototypeOf(object);
  if (prototype !== null && prototype !== Object.prototype) return notJson(walk, `a ${classOf(prototype)}`);
  const copy: Record<string, Json> = {};
  for (const [name, value] of Object.entries(object)) {
    const member = value === undefined ? skip(walk) : readMember(name, value, walk);
    if (member === FAILED) return FAILED;
    if (member !== undefined) put(copy, name, member);
  }
  return copy;
}

function readMember(name: string, value: unknown, walk: Walk): Read {
  if (!readText(name, walk)) return FAILED;
  const member = read(value, walk);
  return member === FAILED ? failedIn(walk, `.${name}`) : member;
}

/** Not stored, but looked at: shared parts that multiply end the walk here too. */
function skip(walk: Walk): undefined | typeof FAILED {
  walk.left -= 1;
  return walk.left < 0 ? tooLarge(walk) : undefined;
}

function put(copy: Record<string, Json>, name: string, member: Json): void {
  if (name === "__proto__") Object.defineProperty(copy, name, { value: member, enumerable: true, configurable: true, writable: true });
  else copy[name] = member;
}

function failedIn(walk: Walk, step: string): typeof FAILED {
  walk.steps.push(step);
  return FAILED;
}

function classOf(prototype: { readonly constructor?: { readonly name?: unknown } | undefined }): string {
  return shortened(String(prototype.constructor?.name || "class instance"));
}
