/**
 * How the configuration travels in a Worker's variables, which hold 5 KB each: whole in `HUB_CONFIG`, or with its
 * destinations and routes spread over `HUB_DESTINATIONS_0…` and `HUB_ROUTES_0…`, in order. Each is JSON, as a value or as text.
 * Returns what was found, not yet parsed by the schema. Throws an `Error` that names the variable when one is not JSON.
 */
export function configFromBindings(bindings: Readonly<Record<string, unknown>>): unknown {
  const head = fromBinding(bindings, "HUB_CONFIG") ?? {};
  const destinations = numbered(bindings, "HUB_DESTINATIONS_");
  const routes = numbered(bindings, "HUB_ROUTES_");
  if (!isObject(head) || (destinations.length === 0 && routes.length === 0)) return head;
  return {
    ...head,
    destinations: Object.assign({}, head["destinations"], ...destinations),
    routes: [head["routes"] ?? [], ...routes].flat(),
  };
}

function numbered(bindings: Readonly<Record<string, unknown>>, prefix: string): unknown[] {
  const parts: unknown[] = [];
  for (let index = 0; bindings[`${prefix}${index}`] !== undefined; index++) parts.push(fromBinding(bindings, `${prefix}${index}`));
  return parts;
}

function fromBinding(bindings: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = bindings[name];
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Error(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
