import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const ROOT = join(import.meta.dirname, "../../..");

/** A module of the project, and the types that its exports name. */
export interface NamedTypes {
  /** By the name under which they were declared, whatever they are exported as. */
  readonly exported: readonly string[];
  /** Types that are named by what is exported, and by each other, and that this module does not export. */
  readonly missing: readonly string[];
}

/** Follows every type that the exports of a module name in their declarations, as far as the project goes. */
export function namedTypes(module: string): NamedTypes {
  const path = join(ROOT, module);
  const program = programOf(path);
  const checker = program.getTypeChecker();
  const originalOf = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const exportsOf = (file: ts.SourceFile | undefined): ts.Symbol[] => {
    const symbol = file && checker.getSymbolAtLocation(file);
    return symbol === undefined ? [] : checker.getExportsOfModule(symbol).map(originalOf);
  };
  const exported = new Set(exportsOf(program.getSourceFile(path)));
  const namedBy = new Map([...exported].map((symbol) => [symbol, module]));
  // A map goes on over what is added to it on the way.
  for (const [symbol] of namedBy) {
    for (const name of (symbol.declarations ?? []).flatMap(namesIn)) {
      const found = checker.getSymbolAtLocation(name);
      if (found === undefined) continue;
      const named = originalOf(found);
      if (!namedBy.has(named)) namedBy.set(named, symbol.name);
    }
  }
  const missing = [...namedBy].flatMap(([symbol, by]) => {
    const file = symbol.declarations?.[0]?.getSourceFile();
    const isPublic = exportsOf(file).includes(symbol);
    return isPublic && !exported.has(symbol) ? [`${symbol.name} of ${relative(ROOT, file?.fileName ?? "")}, named by ${by}`] : [];
  });
  return { exported: [...exported].map(({ name }) => name), missing };
}

/** Files of the project alone: what packages declare is not ours to export, and takes long to read. */
function programOf(path: string): ts.Program {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      if (!text.startsWith(".")) return { resolvedModule: undefined };
      return { resolvedModule: { resolvedFileName: resolve(dirname(from), text), extension: ts.Extension.Ts } };
    });
  return ts.createProgram([path], options, host);
}

/** Names of types in a declaration: not in the body of a function, in a value, or in what is private. */
function namesIn(declaration: ts.Node): ts.Node[] {
  if (ts.isVariableDeclaration(declaration)) return declaration.type === undefined ? [] : namesIn(declaration.type);
  if (ts.isBlock(declaration) || isPrivate(declaration)) return [];
  const names: ts.Node[] = [];
  if (ts.isTypeReferenceNode(declaration)) names.push(declaration.typeName);
  if (ts.isExpressionWithTypeArguments(declaration)) names.push(declaration.expression);
  ts.forEachChild(declaration, (child) => void names.push(...namesIn(child)));
  return names;
}

function isPrivate(node: ts.Node): boolean {
  return (ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Private) !== 0;
}
