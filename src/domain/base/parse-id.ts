import * as z from "zod";
import { READ } from "../../../schema/limits.ts";
import { inWords } from "../../../schema/wording.ts";
import { parsedOr } from "./parsed.ts";

export const text = z.string().min(1).max(READ.maxFilter);

/** An id as a caller passes it. Throws `query.invalid` for anything but text. */
export function parseId(id: unknown): string {
  return parsedOr("query.invalid", text.safeParse(id, inWords));
}
