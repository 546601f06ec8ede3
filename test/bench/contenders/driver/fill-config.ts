import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

export interface FillConfig {
  /** A wrangler.toml with `"$NAME"` where something stands that is known only now, such as a port. */
  readonly config: string;
  readonly values: Readonly<Record<string, string>>;
  readonly stateDir: string;
}

/** Writes it filled in into the state directory, and resolves to its path. */
export async function fillConfig({ config, values, stateDir }: FillConfig): Promise<string> {
  let text = await readFile(config, "utf8");
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(`"$${name}"`, () => JSON.stringify(value));
  text = text.replace(/^main = "(.+)"$/m, (_line, main: string) => `main = ${JSON.stringify(resolve(dirname(config), main))}`);
  const name = /^name = "(.+)"$/m.exec(text)?.[1];
  if (name === undefined) throw new Error(`There is no name in ${config}.`);
  const folder = join(stateDir, "configs");
  await mkdir(folder, { recursive: true });
  const filled = join(folder, `${name}.toml`);
  await writeFile(filled, text);
  return filled;
}
