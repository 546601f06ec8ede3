import { compilePath, type Select } from "../../../schema/config/json-path.ts";
import type { Json } from "../../../schema/json.ts";

/** `$`, `$.data.total`, `$.data.items[0].sku`: member names and indexes, nothing that can select twice. */
const PLAIN = /^\$(\.[A-Za-z_][A-Za-z0-9_]*|\[(0|[1-9]\d{0,8})\])*$/;

/** Compiles a JSONPath. Plain member paths take a road of our own, everything else the library's. */
export function compileSelect(path: string): Select {
  return PLAIN.test(path) ? plainSelect(path) : compilePath(path);
}

function plainSelect(path: string): Select {
  const steps = Array.from(path.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]/g), ([, name, index]) => name ?? Number(index));
  return (document) => {
    let value: Json | undefined = document;
    for (const step of steps) {
      value = childOf(value, step);
      if (value === undefined) return [];
    }
    return [value];
  };
}

function childOf(value: Json, step: string | number): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return typeof step === "number" ? value[step] : undefined;
  return typeof step === "string" && Object.hasOwn(value, step) ? (value as Record<string, Json>)[step] : undefined;
}
