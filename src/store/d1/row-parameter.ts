import { D1 } from "../../../schema/limits.ts";
import { byteLength } from "../../domain/base/byte-length.ts";

/** A row as JSON text, with one member that is JSON text already. */
export function rowText(columns: Readonly<Record<string, unknown>>, json: { readonly name: string; readonly text: string }): string {
  return `${JSON.stringify(columns).slice(0, -1)},"${json.name}":${json.text}}`;
}

/** JSON arrays of rows for `json_each(?)`, each below what D1 takes as one string, in order. */
export function rowParameters(rows: readonly string[], maxBytes: number = D1.maxParameterBytes): string[] {
  const parameters: string[] = [];
  let part: string[] = [];
  let bytes = 2;
  for (const row of rows) {
    const size = byteLength(row) + 1;
    if (part.length > 0 && bytes + size > maxBytes) {
      parameters.push(`[${part.join(",")}]`);
      part = [];
      bytes = 2;
    }
    part.push(row);
    bytes += size;
  }
  if (part.length > 0) parameters.push(`[${part.join(",")}]`);
  return parameters;
}
