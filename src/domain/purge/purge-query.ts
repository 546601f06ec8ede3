import * as z from "zod";
import type { PurgeQuery } from "../../../schema/contract/purge.ts";
import { Fault } from "../../../schema/faults.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";
import { pastOrComing } from "../base/window.ts";

const purgeQuery = closedObject({
  dryRun: z.boolean().default(false),
  deadLetters: z.boolean().default(false),
  cursor: z.string().optional(),
}) satisfies z.ZodType<unknown, PurgeQuery>;

/** Throws `query.invalid` naming the option, also for a moment that is yet to come. */
export function parsePurge(before: unknown, query: unknown, now: number): z.infer<typeof purgeQuery> & { before: number } {
  const { before: moment } = parsedOr("query.invalid", closedObject({ before: pastOrComing }).safeParse({ before }, inWords));
  if (moment > now) throw new Fault("query.invalid", "before lies in the future; pass a moment that is over.");
  return { ...parsedOr("query.invalid", purgeQuery.safeParse(query ?? {}, inWords)), before: moment };
}
