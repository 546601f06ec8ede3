import { join } from "node:path";
import ts from "typescript";
import { createTypeProgram } from "./type-program.ts";
import { isList, type Properties, UNKNOWN, type Value } from "./wire.ts";

/**
 * What the union of Cloudflare's API says against bindings that a program recorded: they are written down as a literal of `ApiBinding` and
 * compiled. What is unknown fits everywhere. Takes about two seconds the first time.
 */
export function typeErrorsOfBindings(bindings: readonly Value[]): string[] {
  const path = join(import.meta.dirname, "bindings.in-memory.ts");
  const literals = bindings.map((binding, index) => `export const binding${index}: ApiBinding = ${literal(binding)};`);
  const program = createTypeProgram({ source: { path, text: [...PREAMBLE, ...literals].join("\n") } });
  const source = program.getSourceFile(path);
  if (source === undefined) throw new Error("the bindings were not compiled");
  return [...compileErrors(program, { source, bindings }), ...deprecations(program, { source, bindings })];
}

interface Compiled {
  readonly source: ts.SourceFile;
  readonly bindings: readonly Value[];
}

/** Lines of the source before the first binding; every binding is a line. */
const PREAMBLE = [
  'import type { RawBinding } from "../../../tools/live/raw-binding.ts";',
  'import type { ApiBinding } from "./api-binding.ts";',
  "declare const unknown: never;",
  "export declare const raw: RawBinding;",
];

function compileErrors(program: ts.Program, { source, bindings }: Compiled): string[] {
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ start = 0, messageText }) => {
    const binding = bindings[source.getLineAndCharacterOfPosition(start).line - PREAMBLE.length];
    return `${nameOf(binding)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

/** Renamed properties lose the comment that deprecates them, so these are looked up under the API's own names. */
function deprecations(program: ts.Program, { source, bindings }: Compiled): string[] {
  const kinds = rawKinds(program.getTypeChecker(), source);
  return bindings.filter(isObject).flatMap((binding) => {
    const deprecated = kinds.get(String(binding["type"])) ?? [];
    return deprecated.filter((name) => camel(name) in binding).map((name) => `${nameOf(binding)}: '${camel(name)}' is deprecated`);
  });
}

/** The deprecated properties of every kind of binding. */
function rawKinds(checker: ts.TypeChecker, source: ts.SourceFile): Map<string, string[]> {
  const module = checker.getSymbolAtLocation(source);
  const raw = module === undefined ? undefined : checker.getExportsOfModule(module).find(({ name }) => name === "raw");
  const type = raw === undefined ? undefined : checker.getTypeOfSymbol(raw);
  if (type?.isUnion() !== true) throw new Error("the API's bindings are no union of their kinds");
  return new Map(
    type.types.map((kind) => {
      const deprecated = kind
        .getProperties()
        .filter((property) => property.getJsDocTags(checker).some(({ name }) => name === "deprecated"));
      return [kindOf(checker, kind), deprecated.map(({ name }) => name)];
    }),
  );
}

function kindOf(checker: ts.TypeChecker, binding: ts.Type): string {
  const property = binding.getProperty("type");
  const type = property === undefined ? undefined : checker.getTypeOfSymbol(property);
  return type?.isStringLiteral() === true ? type.value : "";
}

function literal(value: Value): string {
  if (value === UNKNOWN) return "unknown";
  if (isList(value)) return `[${value.map(literal).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const properties = Object.entries(value).map(([name, property]) => `${JSON.stringify(name)}: ${literal(property)}`);
  return `{ ${properties.join(", ")} }`;
}

function nameOf(binding: Value | undefined): string {
  return isObject(binding) ? String(binding["name"]) : "a binding";
}

function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !isList(value);
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
