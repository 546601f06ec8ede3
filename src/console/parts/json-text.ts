import type { Json } from "../../../schema/json.ts";

/** Characters. Longer data is not read line by line, and a megabyte of nested lists would grow to hundreds, indented. */
const MOST_INDENTED = 20_000;

/** JSON as it is edited and downloaded: indented as long as that helps anybody. */
export function jsonText(data: Json): string {
  const text = JSON.stringify(data);
  return text.length > MOST_INDENTED ? text : JSON.stringify(data, null, 2);
}
