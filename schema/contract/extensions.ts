import * as z from "zod";
import { EMIT } from "../limits.ts";
import { isAttributeText, NOT_ATTRIBUTE_TEXT, shortened } from "../text.ts";
import type { EmitInput } from "./emit.ts";
import type { Extensions, ExtensionValue } from "./events.ts";

const NAME = new RegExp(`^[a-z0-9]{1,${EMIT.maxExtensionName}}$`);

/** Names that mean something else where they are written beside `type`. */
const RESERVED: readonly string[] = [
  ...["id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time", "data"],
  ...["key", "delay", "at", "extensions"],
];

const INT32 = 2 ** 31;

/** Extension attributes of CloudEvents. One that is null counts as not given, and so do no extensions at all. */
export const extensions = z
  .custom<NonNullable<EmitInput["extensions"]>>(isPlainObject, { error: "expected an object of extension attributes" })
  .transform((given, context): Extensions | undefined => {
    const kept: Record<string, ExtensionValue> = {};
    for (const [name, value] of Object.entries(given)) {
      if (value === null || value === undefined) continue;
      const problem = problemOf(name, value);
      if (problem !== undefined) return refuse(context, problem, shortened(name));
      kept[name] = value;
    }
    const count = Object.keys(kept).length;
    if (count > EMIT.maxExtensions) return refuse(context, `must be at most ${EMIT.maxExtensions}`);
    const bytes = new TextEncoder().encode(JSON.stringify(kept)).length;
    if (bytes > EMIT.maxExtensionsBytes) return refuse(context, `must be at most ${EMIT.maxExtensionsBytes} bytes as JSON`);
    return count === 0 ? undefined : kept;
  });

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** What an extension must not be: the first that is wrong is named, as there may be any number. */
function problemOf(name: string, value: unknown): string | undefined {
  if (!NAME.test(name)) return `expected a name of 1 to ${EMIT.maxExtensionName} lower-case letters a to z and digits`;
  if (RESERVED.includes(name)) return "is the name of an attribute and of no extension";
  if (typeof value === "boolean") return undefined;
  if (typeof value === "string") return isAttributeText(value) ? undefined : NOT_ATTRIBUTE_TEXT;
  const isInteger = typeof value === "number" && Number.isInteger(value) && value >= -INT32 && value < INT32;
  return isInteger ? undefined : "expected text, a boolean, or a whole number of 32 bits";
}

function refuse(context: z.RefinementCtx, message: string, ...path: string[]): undefined {
  context.addIssue({ code: "custom", message, path });
  return z.NEVER;
}
