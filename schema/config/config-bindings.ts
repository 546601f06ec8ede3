import { VARIABLES } from "../deployment.ts";
import { CONFIG } from "../limits.ts";
import { messageOf } from "../message-of.ts";
import type { Issue } from "../wording.ts";
import { parseWrittenJson } from "../written-json.ts";
import type { HubConfig } from "./config.ts";

/**
 * How the configuration travels in a Worker's variables, which hold 5 KB each: whole in `HUB_CONFIG`, or with its
 * destinations and routes spread over `HUB_DESTINATIONS_0…` and `HUB_ROUTES_0…`, in order. Each is JSON, as a value or as text.
 * Returns what was found, not yet parsed by the schema. Throws an `Error` that names the variable when there is none, when one is not what
 * it should be, or is missing in the row: a part that is left out would be routes that silently match nothing.
 */
export function configFromBindings(bindings: Readonly<Record<string, unknown>>): unknown {
  if (!Object.keys(bindings).some((name) => isOfConfiguration(name) && bindings[name] !== undefined)) throw new Error(NO_CONFIGURATION);
  const head = fromBinding(bindings, VARIABLES.config) ?? {};
  const destinations = parts(bindings, VARIABLES.destinations, isObject, "an object");
  const routes = parts(bindings, VARIABLES.routes, Array.isArray, "a list");
  if (!isObject(head) || (destinations.length === 0 && routes.length === 0)) return head;
  const declared = [...(isObject(head["destinations"]) ? [head["destinations"]] : []), ...destinations];
  return { ...head, destinations: merged(declared), routes: [head["routes"] ?? [], ...routes].flat() };
}

const NO_CONFIGURATION = `${VARIABLES.config} is missing: say which destinations and routes there are, [vars.${VARIABLES.config}] in the hub's wrangler.toml`;

function isOfConfiguration(name: string): boolean {
  return name === VARIABLES.config || name.startsWith(VARIABLES.destinations) || name.startsWith(VARIABLES.routes);
}

/** A configuration as it goes into a Worker's variables: the name of each, and its JSON. `issues` name what does not fit. */
export interface PackedConfig {
  readonly variables: Readonly<Record<string, string>>;
  readonly issues: readonly Issue[];
}

/**
 * The reverse of {@link configFromBindings}: whole routes and destinations, in order, as many to a variable as it holds.
 * `otherVariables` of the same Worker leave as many fewer for these.
 */
export function configToBindings({ destinations, routes, ...head }: HubConfig, { otherVariables = 0 } = {}): PackedConfig {
  const declared = Object.entries(destinations).map(([name, destination]) => ({
    path: `destinations.${name}`,
    json: `${JSON.stringify(name)}:${JSON.stringify(destination)}`,
  }));
  const listed = routes.map((route) => ({ path: `routes.${route.id}`, json: JSON.stringify(route) }));
  // What has no variable of its own has to be there all the same.
  const empty = { ...(declared.length === 0 && { destinations }), ...(listed.length === 0 && { routes }) };
  const texts = {
    [VARIABLES.config]: JSON.stringify({ ...head, ...empty }),
    ...numbered(VARIABLES.destinations, packed(declared), ["{", "}"]),
    ...numbered(VARIABLES.routes, packed(listed), ["[", "]"]),
  };
  const tooLarge = [...declared, ...listed].flatMap(({ path, json }) => sizeIssue(path, bytesOf(json)));
  return { variables: texts, issues: [...tooLarge, ...countIssue(Object.keys(texts).length, otherVariables)] };
}

interface Part {
  readonly path: string;
  readonly json: string;
}

/** What one variable may hold between its brackets. */
const ROOM = CONFIG.maxBindingBytes - 2;

function packed(parts: readonly Part[]): string[] {
  const variables: string[] = [];
  let current = "";
  for (const { json } of parts) {
    const longer = current === "" ? json : `${current},${json}`;
    if (current !== "" && bytesOf(longer) > ROOM) {
      variables.push(current);
      current = json;
    } else current = longer;
  }
  return current === "" ? variables : [...variables, current];
}

function numbered(prefix: string, texts: readonly string[], [open, close]: readonly [string, string]): Record<string, string> {
  return Object.fromEntries(texts.map((text, index) => [`${prefix}${index}`, `${open}${text}${close}`]));
}

function sizeIssue(path: string, bytes: number): Issue[] {
  if (bytes <= ROOM) return [];
  return [{ path, message: `is ${bytes} bytes as JSON; a Worker's variable holds 5 KB, so one of these may be at most ${ROOM}` }];
}

function countIssue(count: number, others: number): Issue[] {
  if (count + others <= CONFIG.maxVariables) return [];
  const taken = others === 0 ? "" : `, of which ${others} ${others === 1 ? "is" : "are"} taken`;
  return [{ path: "routes", message: `the configuration fills ${count} variables; a Worker has at most ${CONFIG.maxVariables}${taken}` }];
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
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
    return parseWrittenJson(value);
  } catch (error) {
    throw new Error(`${name} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
