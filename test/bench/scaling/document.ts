import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markdownOf, type Table } from "./table.ts";

const DOCS = join(import.meta.dirname, "../../../docs");
const [FILE, PICTURE] = [join(DOCS, "scaling.md"), join(DOCS, "scaling.svg")];
const [START, END] = ["<!-- scaling:start -->", "<!-- scaling:end -->"];

/** The seed of the tables in the document. */
export const DOCUMENT_SEED = 1;

/** What stands between the marks of docs/scaling.md. Throws where there are none. */
export function readGenerated(): string {
  const [, generated] = partsOf(readFileSync(FILE, "utf8"));
  return generated;
}

export function generatedOf(tables: readonly Table[]): string {
  return `\n\n${tables.map(markdownOf).join("\n\n")}\n\n`;
}

/** What of the document is made: its tables, and docs/scaling.svg. */
export interface Generated {
  readonly tables: readonly Table[];
  readonly picture: string;
}

export function isWritten({ tables, picture }: Generated): boolean {
  return readGenerated() === generatedOf(tables) && readFileSync(PICTURE, "utf8") === picture;
}

export function writeGenerated({ tables, picture }: Generated): void {
  const [before, , after] = partsOf(readFileSync(FILE, "utf8"));
  writeFileSync(FILE, `${before}${generatedOf(tables)}${after}`);
  writeFileSync(PICTURE, picture);
}

function partsOf(text: string): readonly [before: string, generated: string, after: string] {
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`docs/scaling.md has no ${START} … ${END}.`);
  const from = start + START.length;
  return [text.slice(0, from), text.slice(from, end), text.slice(end)];
}
