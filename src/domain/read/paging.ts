import * as z from "zod";
import { READ } from "../../../schema/limits.ts";
import { momentMs as time } from "../../../schema/moment.ts";

export const paging = {
  from: time.optional(),
  to: time.optional(),
  limit: z.int().min(1).max(READ.maxPage).default(READ.defaultPage),
  cursor: z.string().optional(),
};
