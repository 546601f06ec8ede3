import type { Json } from "../../../schema/json.ts";

/** Stored in the place of data that an event has not: no JSON text is empty. */
export const NO_DATA = "";

/** Reads data as it is stored; `undefined` for an event without. */
export function readData(text: string): Json | undefined {
  return text === NO_DATA ? undefined : (JSON.parse(text) as Json);
}

/** Writes data as it is stored. */
export function dataText(data: Json | undefined): string {
  return data === undefined ? NO_DATA : JSON.stringify(data);
}
