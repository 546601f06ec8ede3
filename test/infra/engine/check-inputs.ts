import { type ObjectShape, type PropertyShape, providerShapes, type Shape } from "./provider-shapes.ts";
import { kindOf, type RecordedResource } from "./run.ts";
import { isList, type Properties, UNKNOWN, type Value } from "./wire.ts";

/**
 * What the typings of @pulumi/cloudflare say against the inputs of its resources; others are passed over. The program's own type check does
 * not see what was cast, computed or transformed.
 */
export function checkInputs(resources: readonly RecordedResource[]): string[] {
  const provided = resources.filter(({ type }) => type.startsWith("cloudflare:"));
  const shapes = providerShapes([...new Set(provided.map(kindOf))]);
  return provided.flatMap((resource) => {
    const kind = kindOf(resource);
    const shape = shapes.get(kind);
    if (shape === undefined) throw new Error(`no shape of ${kind}`);
    const errors = errorsOf(resource.inputs, shape.inputs, resource.name);
    return shape.deprecated ? [`${resource.name}: ${kind} is deprecated`, ...errors] : errors;
  });
}

function errorsOf(value: Value, shape: Shape, at: string): string[] {
  if (value === UNKNOWN || value === null) return [];
  switch (shape.kind) {
    case "anything":
      return [];
    case "primitive":
      return typeof value === shape.type ? [] : [`${at}: ${nameOf(value)} instead of ${shape.type}`];
    case "list":
      return isList(value)
        ? value.flatMap((item, index) => errorsOf(item, shape.of, `${at}[${index}]`))
        : [`${at}: ${nameOf(value)} instead of list`];
    case "map":
    case "object":
      if (typeof value !== "object" || isList(value)) return [`${at}: ${nameOf(value)} instead of object`];
      return shape.kind === "map" ? entryErrors(value, shape.of, at) : propertyErrors(value, shape, at);
    default:
      return shape satisfies never;
  }
}

function entryErrors(values: Properties, shape: Shape, at: string): string[] {
  return Object.entries(values).flatMap(([name, value]) => errorsOf(value, shape, `${at}.${name}`));
}

function propertyErrors(values: Properties, { name: type, properties }: ObjectShape, at: string): string[] {
  const missing = Array.from(properties).filter(([name, { required }]) => required && !(name in values));
  return [
    ...Object.entries(values).flatMap(([name, value]) => {
      const property = properties.get(name);
      return property === undefined ? [`${at}.${name}: not a property of ${type}`] : valueErrors(value, property, `${at}.${name}`);
    }),
    ...missing.map(([name]) => `${at}.${name}: missing`),
  ];
}

function valueErrors(value: Value, { shape, deprecated }: PropertyShape, at: string): string[] {
  const errors = errorsOf(value, shape, at);
  return deprecated ? [`${at}: deprecated`, ...errors] : errors;
}

function nameOf(value: Value): string {
  return isList(value) ? "list" : typeof value;
}
