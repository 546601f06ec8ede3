import { messageOf } from "./message-of.ts";
/**
 * How the configuration travels in a Worker's variables, which hold 5 KB each: whole in `HUB_CONFIG`, or with its
 * destinations and routes spread over `HUB_DESTINATIONS_0…` and `HUB_ROUTES_0…`, in order. Each is JSON, as a value or as text.
 * Returns what was found, not yet parsed by the schema. Throws an `Error` that names the variable when one is not what it should be,
 * or is missing in the row: a part that is left out would be routes that silently match nothing.
 */
export function configFromBindings(bindings: Readonly<Record<string, unknown>>): unknown {
  const head = fromBinding(bindings, "HUB_CONFIG") ?? {};
  const destinations = parts(bindings, "HUB_DESTINATIONS_", isObject, "an object");
  const routes = parts(bindings, "HUB_ROUTES_", Array.isArray, "a list");
  if (!isObject(head) || (destinations.length === 0 && routes.length === 0)) return head;
  const declared = [...(isObject(head["destinations"]) ? [head["destinations"]] : []), ...destinations];
  return { ...head, destinations: merged(declared), routes: [head["routes"] ?? [], ...routes].flat() };
}

/** The parts numbered from 0, in order. */
function parts<Part>(
  bindings: Readonly<Record<string, unknown>>,
  prefix: string,
  isPart: (value: unknown) => value is Part,
  what: string,
): Part[] {
  const numbers = Object.keys(bindings).filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)));
  return numbers.map((_, index) => {
    const name = `${prefix}${index}`;
    const part = fromBinding(bindings, name);
    if (part === undefined)
      throw new Error(`${name} is missing, although ${numbers.length} variables begin so: number them from 0 without a gap`);
    if (!isPart(part)) throw new Error(`${name} must be ${what}`);
    return part;
  });
}

function merged(declared: readonly Record<string, unknown>[]): Record<string, unknown> {
  const names = declared.flatMap((part) => Object.keys(part));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`destination "${twice}" is declared in more than one variable`);
  return Object.fromEntries(declared.flatMap((part) => Object.entries(part)));
}

function fromBinding(bindings: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = bindings[name];
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Error(`${name} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
