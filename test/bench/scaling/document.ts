import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { partsOf } from "../marked.ts";
import { markdownOf, type Table } from "./table.ts";

const DOCS = join(import.meta.dirname, "../../../docs");
const [FILE, PICTURE] = [join(DOCS, "scaling.md"), join(DOCS, "scaling.svg")];
const [START, END] = ["<!-- scaling:start -->", "<!-- scaling:end -->"];

/** The seed of the tables in the document. */
export const DOCUMENT_SEED = 1;

/** What stands between the marks of docs/scaling.md. Throws where there are none. */
export function readGenerated(): string {
  const [, generated] = partsOfDocument();
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
  const [before, , after] = partsOfDocument();
  writeFileSync(FILE, `${before}${generatedOf(tables)}${after}`);
  writeFileSync(PICTURE, picture);
}

function partsOfDocument(): readonly [before: string, generated: string, behind: string] {
  const parts = partsOf(readFileSync(FILE, "utf8"), START, END);
  if (parts === undefined) throw new Error(`docs/scaling.md has no ${START} … ${END}.`);
  return parts;
}
