import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { createTypeProgram } from "./type-program.ts";

/** What a value may be, as far as the typings of a provider say. */
export type Shape =
  | { readonly kind: "anything" }
  | { readonly kind: "primitive"; readonly type: "string" | "number" | "boolean" }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "map"; readonly of: Shape }
  | ObjectShape;

export interface ObjectShape {
  readonly kind: "object";
  readonly name: string;
  readonly properties: ReadonlyMap<string, PropertyShape>;
}

export interface PropertyShape {
  readonly shape: Shape;
  readonly required: boolean;
  readonly deprecated: boolean;
}

export interface ResourceShape {
  readonly inputs: Shape;
  readonly deprecated: boolean;
}

const directory = dirname(createRequire(import.meta.url).resolve("@pulumi/cloudflare/package.json"));

/** Shapes of resources of @pulumi/cloudflare by the name of their class. Throws for a class that it does not have. */
export function providerShapes(classes: readonly string[]): ReadonlyMap<string, ResourceShape> {
  const files = classes.map((name) => [name, typingsOf(name)] as const);
  const program = createTypeProgram({ files: files.map(([, file]) => file) });
  return new Map(files.map(([name, file]) => [name, resourceShape(program, { name, file })]));
}

/** Files have the class's name, but not its capitals: `d1database.d.ts`. */
function typingsOf(name: string): string {
  const file = readdirSync(directory).find((entry) => entry.toLowerCase() === `${name.toLowerCase()}.d.ts`);
  if (file === undefined) throw new Error(`@pulumi/cloudflare has no resource ${name}`);
  return join(directory, file);
}

function resourceShape(program: ts.Program, { name, file }: { readonly name: string; readonly file: string }): ResourceShape {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  const exported = new Map(module === undefined ? [] : checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  const resource = exported.get(name);
  const args = exported.get(`${name}Args`);
  if (resource === undefined || args === undefined) throw new Error(`${file} does not declare ${name} and its arguments`);
  return { inputs: createShapes(checker)(checker.getDeclaredTypeOfSymbol(args)), deprecated: isDeprecated(resource, checker) };
}

function createShapes(checker: ts.TypeChecker): (type: ts.Type) => Shape {
  const objects = new Map<ts.Type, ObjectShape>();

  function shapeOf(type: ts.Type): Shape {
    const [only, ...others] = plainArms(type);
    if (only === undefined || others.length > 0) return { kind: "anything" };
    const primitive = primitiveOf(only);
    if (primitive !== undefined) return { kind: "primitive", type: primitive };
    return collectionOf(only) ?? (only.flags & ts.TypeFlags.Object ? objectShape(only) : { kind: "anything" });
  }

  function collectionOf(type: ts.Type): Shape | undefined {
    const item = checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference)[0] : undefined;
    if (item !== undefined) return { kind: "list", of: shapeOf(item) };
    const entry = type.getStringIndexType();
    return entry === undefined ? undefined : { kind: "map", of: shapeOf(entry) };
  }

  function objectShape(type: ts.Type): ObjectShape {
    const known = objects.get(type);
    if (known !== undefined) return known;
    const properties = new Map<string, PropertyShape>();
    const shape: ObjectShape = { kind: "object", name: type.symbol.name, properties };
    // Before its properties are looked at: types may contain themselves.
    objects.set(type, shape);
    for (const property of type.getProperties()) {
      properties.set(property.name, {
        shape: shapeOf(checker.getTypeOfSymbol(property)),
        required: (property.flags & ts.SymbolFlags.Optional) === 0,
        deprecated: isDeprecated(property, checker),
      });
    }
    return shape;
  }

  return shapeOf;
}

/** `Input<T>` is `T`, a promise or an output of it; and `boolean` is two types. */
function plainArms(type: ts.Type): ts.Type[] {
  const arms = type.isUnion() ? type.types : [type];
  const plain = arms.filter((arm) => !isNothing(arm) && !["Promise", "OutputInstance"].includes(arm.symbol?.name ?? ""));
  return [...new Map(plain.map((arm) => [primitiveOf(arm) ?? arm, arm])).values()];
}

function isNothing({ flags }: ts.Type): boolean {
  return (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0;
}

function primitiveOf({ flags }: ts.Type): "string" | "number" | "boolean" | undefined {
  if (flags & ts.TypeFlags.StringLike) return "string";
  if (flags & ts.TypeFlags.NumberLike) return "number";
  if (flags & ts.TypeFlags.BooleanLike) return "boolean";
  return undefined;
}

function isDeprecated(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getJsDocTags(checker).some(({ name }) => name === "deprecated");
}
