import { join, relative } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const DOOR = join(ROOT, "src/worker.ts");

/** Types that a user of the package cannot name, although a call of the hub takes or returns them. */
function unexported(door: string): string[] {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram([door], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(door);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${door} exports nothing`);
  const resolved = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const exported = new Set(checker.getExportsOfModule(module).map(resolved));
  const reached = new Set<ts.Symbol>();
  const missing = new Set<string>();

  /** Follows every name of a declaration to what of schema/ it names. */
  const follow = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const symbol = checker.getSymbolAtLocation(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      if (symbol !== undefined) reach(resolved(symbol));
    }
    node.forEachChild(follow);
  };
  const reach = (symbol: ts.Symbol): void => {
    const declaration = symbol.declarations?.[0];
    const file = declaration && relative(ROOT, declaration.getSourceFile().fileName);
    if (file === undefined || !file.startsWith("schema/") || reached.has(symbol) || ts.isTypeParameterDeclaration(declaration as ts.Node))
      return;
    reached.add(symbol);
    const isPublic = symbol.declarations?.some((one) => ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Export) === true;
    if (isPublic && !exported.has(symbol)) missing.add(`${symbol.name} of ${file}`);
    for (const one of symbol.declarations ?? []) follow(one);
  };
  for (const name of ["EventHubApi", "ProducerApi", "Delivery", "HandleReply"]) {
    const symbol = [...exported].find((one) => one.name === name);
    if (symbol === undefined) throw new Error(`${name} is not exported`);
    reach(symbol);
  }
  expect(reached.size).toBeGreaterThan(40);
  return [...missing].toSorted();
}

test("every type that a call of the hub takes or returns is exported by the package", () => {
  expect(unexported(DOOR)).toEqual([]);
});
