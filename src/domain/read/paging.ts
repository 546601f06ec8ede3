import * as z from "zod";
import { READ } from "../../../schema/limits.ts";
import { window } from "../base/window.ts";

export const paging = {
  ...window,
  limit: z.int().min(1).max(READ.maxPage).default(READ.defaultPage),
  cursor: z.string().optional(),
};
