import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Figures } from "./figures.ts";
import { PICTURES } from "./pictures/pictures.ts";
import { withSections } from "./readme.ts";
import { rounded } from "./rounded.ts";

/** What the README shows. */
export const RESULTS = join(import.meta.dirname, "results");
export const README = join(import.meta.dirname, "..", "..", "README.md");

const FIGURES = "figures.json";

/** Figures that were published; parts that were never measured are missing. */
export async function readFigures(directory: string): Promise<Partial<Figures>> {
  const text = await readFile(join(directory, FIGURES), "utf8").catch(() => "{}");
  return JSON.parse(text) as Partial<Figures>;
}

/** Puts figures beside those of other parts that are there, and draws what can be drawn. Renews the README when that shows them. Returns the files. */
export async function publish(measured: Partial<Figures>, directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const figures = rounded({ ...(await readFigures(directory)), ...measured });
  const files = new Map([[join(directory, FIGURES), `${JSON.stringify(figures, null, 1)}\n`]]);
  for (const [name, picture] of Object.entries(PICTURES)) {
    const svg = await picture(figures);
    if (svg !== undefined) files.set(join(directory, `${name}.svg`), svg);
  }
  if (directory === RESULTS) files.set(README, withSections(await readFile(README, "utf8"), figures));
  for (const [file, text] of files) await writeFile(file, text);
  return [...files.keys()];
}
