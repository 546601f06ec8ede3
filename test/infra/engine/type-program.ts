import ts from "typescript";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

/** Files are parsed once for all programs of this process: those of a provider are large, and do not change. */
const parsed = new Map<string, ts.SourceFile | undefined>();

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A TypeScript program over files on disk, and one that is not there. */
export function createTypeProgram({ files = [], source }: { readonly files?: readonly string[]; readonly source?: Source }): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  const getSourceFile = host.getSourceFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.fileExists = (path) => path === source?.path || fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    if (path === source?.path) return ts.createSourceFile(path, source.text, ts.ScriptTarget.ESNext);
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, ...rest));
    return parsed.get(path);
  };
  const rootNames = source === undefined ? files : [...files, source.path];
  return ts.createProgram({ rootNames, options: OPTIONS, host });
}
