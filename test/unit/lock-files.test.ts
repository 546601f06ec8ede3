import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Packages = Readonly<Record<string, Locked>>;

const LOCKS = globSync("**/package-lock.json", { cwd: ROOT, exclude: (name) => name === "node_modules" });

/** Optional packages, as `by whom: which`, that a lock file lists and does not hold. */
function missingOptional(packages: Packages): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${path}: ${name}`),
  );
}

/** Folders in which node looks for what a package imports, innermost first: `a/node_modules/b/`, `a/`, and the root. */
function foldersAbove(path: string): string[] {
  if (path === "") return [""];
  const outer = path.lastIndexOf("/node_modules/");
  return [`${path}/`, ...foldersAbove(outer === -1 ? "" : path.slice(0, outer))];
}

describe("missing optional packages", () => {
  test("are found where only one platform's package is locked", () => {
    const packages = {
      "": {},
      "node_modules/esbuild": { optionalDependencies: { "@esbuild/linux-x64": "1.0.0", "@esbuild/win32-x64": "1.0.0" } },
      "node_modules/@esbuild/linux-x64": { version: "1.0.0" },
    };
    expect(missingOptional(packages)).toEqual(["node_modules/esbuild: @esbuild/win32-x64"]);
  });

  test("are not those that lie deeper, or beside a package further out", () => {
    const packages = {
      "node_modules/vite/node_modules/esbuild": { optionalDependencies: { inside: "1.0.0", beside: "1.0.0", above: "1.0.0" } },
      "node_modules/vite/node_modules/esbuild/node_modules/inside": {},
      "node_modules/vite/node_modules/beside": {},
      "node_modules/above": {},
    };
    expect(missingOptional(packages)).toEqual([]);
  });
});

describe.each(LOCKS)("%s", (file) => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, file), "utf8")) as { packages: Packages };

  test("holds the optional packages of every platform, so that npm ci works on all of them", () => {
    expect(missingOptional(packages)).toEqual([]);
  });

  test("names no registry's host", () => {
    expect(Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined)).toEqual([]);
  });
});
