import type { FaultCode } from "../../../schema/faults.ts";
import { isStorableText } from "../../../schema/text.ts";

/** Why a value cannot be stored as JSON, and where: `data.items[3].price is NaN`. */
export interface JsonProblem {
  readonly code: Extract<FaultCode, `payload.${string}`>;
  readonly text: string;
}

/** What a look at a value found. `dropped`: it has members that are `undefined`, which JSON leaves out. */
export type JsonCheck = { readonly problem: JsonProblem } | { readonly problem?: never; readonly dropped: boolean };

interface Walk {
  readonly maxDepth: number;
  /** Characters the value may still take: ends the walk through shared parts that multiply. */
  left: number;
  dropped: boolean;
  readonly ancestors: Set<object>;
}

const TOO_LARGE: JsonProblem = { code: "payload.too_large", text: "is larger than an event may be" };

/** Looks whether `value` is JSON that SQLite returns unchanged, without writing it out. */
export function checkJson(value: unknown, limits: { maxDepth: number; maxBytes: number }): JsonCheck {
  const walk: Walk = { maxDepth: limits.maxDepth, left: limits.maxBytes, dropped: false, ancestors: new Set() };
  const problem = problemAt(value, "data", walk);
  return problem === undefined ? { dropped: walk.dropped } : { problem };
}

function problemAt(value: unknown, path: string, walk: Walk): JsonProblem | undefined {
  walk.left -= 1;
  if (walk.left < 0) return TOO_LARGE;
  switch (typeof value) {
    case "string":
      return textProblem(value, path, walk);
    case "number":
      return Number.isFinite(value) ? undefined : notJson(path, String(value));
    case "boolean":
      return undefined;
    case "object":
      return value === null ? undefined : containerProblem(value, path, walk);
    default:
      return notJson(path, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function textProblem(text: string, path: string, walk: Walk): JsonProblem | undefined {
  walk.left -= text.length;
  if (walk.left < 0) return TOO_LARGE;
  return isStorableText(text) ? undefined : { code: "payload.malformed_text", text: `${path} holds a NUL character or a lone surrogate` };
}

function containerProblem(container: object, path: string, walk: Walk): JsonProblem | undefined {
  if (walk.ancestors.has(container)) return notJson(path, "a reference to what contains it");
  if (walk.ancestors.size === walk.maxDepth) return { code: "payload.too_deep", text: `is nested deeper than ${walk.maxDepth} levels` };
  walk.ancestors.add(container);
  const problem = Array.isArray(container) ? arrayProblem(container, path, walk) : objectProblem(container, path, walk);
  walk.ancestors.delete(container);
  return problem;
}

function arrayProblem(items: readonly unknown[], path: string, walk: Walk): JsonProblem | undefined {
  for (let index = 0; index < items.length; index++) {
    const problem = problemAt(items[index], `${path}[${index}]`, walk);
    if (problem !== undefined) return problem;
  }
  // JSON would leave them out, or call them: what is checked must be what is stored.
  const hasMembers = "toJSON" in items || Object.keys(items).length > items.length;
  return hasMembers ? notJson(path, "a list with members of its own") : undefined;
}

function objectProblem(object: object, path: string, walk: Walk): JsonProblem | undefined {
  const prototype: object | null = Object.getPrototypeOf(object);
  if (prototype !== null && prototype !== Object.prototype) return notJson(path, `a ${classOf(prototype)}`);
  if ("toJSON" in object && typeof object.toJSON === "function") return notJson(`${path}.toJSON`, "a function");
  for (const [name, value] of Object.entries(object)) {
    const problem = value === undefined ? droppedProblem(walk) : memberProblem(name, value, path, walk);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function memberProblem(name: string, value: unknown, path: string, walk: Walk): JsonProblem | undefined {
  return textProblem(name, `a name in ${path}`, walk) ?? problemAt(value, `${path}.${name}`, walk);
}

/** Not stored, but looked at: shared parts that multiply end the walk here too. */
function droppedProblem(walk: Walk): JsonProblem | undefined {
  walk.dropped = true;
  walk.left -= 1;
  return walk.left < 0 ? TOO_LARGE : undefined;
}

function classOf(prototype: { readonly constructor?: { readonly name?: unknown } | undefined }): string {
  return String(prototype.constructor?.name || "class instance");
}

function notJson(path: string, what: string): JsonProblem {
  return { code: "payload.not_json", text: `${path} is ${what}, which JSON cannot hold` };
}
