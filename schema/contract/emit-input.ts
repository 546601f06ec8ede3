import * as z from "zod";
import { durationBetween, VANISHES, vanishes } from "../config/duration.ts";
import type { Json } from "../json.ts";
import { EMIT } from "../limits.ts";
import { moment } from "../moment.ts";
import { storableText } from "../text.ts";
import { closedObject } from "../wording.ts";
import type { EmitInput, EmitOptions } from "./emit.ts";

export const text = storableText(EMIT.maxTextLength);

/** An id of ours, or of a chain that began elsewhere. */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, { error: "expected an id: pass delivery.cause as it is" });

/** One event as a producer passes it. `data` is checked on its own: domain/emit/read-json.ts. */
export const emitInput = closedObject({
  type: z
    .string()
    .min(1)
    .max(EMIT.maxTypeLength)
    .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, {
      error: 'expected dot-separated words of letters, digits, _ and - such as "order.placed"',
    }),
  data: z.custom<Json>((data) => data !== undefined, { error: "expected JSON, it is missing" }),
  source: text.optional(),
  subject: text.optional(),
  time: moment.optional(),
  key: text.optional(),
  delay: durationBetween(0, EMIT.maxDelayMs)
    .refine((delay) => !vanishes(delay), { error: VANISHES })
    .optional(),
  at: moment.optional(),
  causedBy: closedObject({ correlationId: id, causationId: id, depth: z.int().min(0) }).optional(),
}) satisfies z.ZodType<unknown, EmitInput>;

export type ParsedEmitInput = z.infer<typeof emitInput>;

export const emitOptions = closedObject({ allowQueued: z.boolean().optional() }) satisfies z.ZodType<unknown, EmitOptions>;
