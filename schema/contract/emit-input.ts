import * as z from "zod";
import { durationBetween, VANISHES, vanishes } from "../config/duration.ts";
import { ANY } from "../config/type-glob.ts";
import type { Json } from "../json.ts";
import { EMIT } from "../limits.ts";
import { moment } from "../moment.ts";
import { attributeText, isAttributeText, NOT_ATTRIBUTE_TEXT, storableText } from "../text.ts";
import { closedObject } from "../wording.ts";
import type { EmitInput, EmitOptions } from "./emit.ts";
import { extensions } from "./extensions.ts";

const type = z
  .string()
  .min(1)
  .max(EMIT.maxTypeLength)
  .refine(isAttributeText, { error: NOT_ATTRIBUTE_TEXT })
  .refine((text) => text.trim() === text, { error: "begins or ends with white space" })
  .refine((text) => !text.includes(ANY), { error: `holds a "${ANY}", which stands for any text in the globs of routes` });

/** A source or a subject. */
export const attribute = attributeText(EMIT.maxAttributeBytes);

/** An id of ours, or of a chain that began elsewhere. */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, { error: "expected an id: pass delivery.cause as it is" });

/** A field that may be left out. The JSON format of CloudEvents has `null` for that too. */
function given<Schema extends z.ZodType>(schema: Schema) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/** One event as a producer passes it. `data` is checked on its own: domain/emit/read-json.ts. */
export const emitInput = closedObject({
  type,
  data: z.custom<Json | undefined>().optional(),
  source: given(attribute),
  subject: given(attribute),
  time: given(moment),
  key: given(storableText(EMIT.maxKeyLength)),
  delay: given(durationBetween(0, EMIT.maxDelayMs).refine((delay) => !vanishes(delay), { error: VANISHES })),
  at: given(moment),
  extensions: given(extensions),
  causedBy: given(closedObject({ correlationId: id, causationId: id, depth: z.int().min(0) })),
}) satisfies z.ZodType<unknown, EmitInput>;

export type ParsedEmitInput = z.infer<typeof emitInput>;

export const emitOptions = closedObject({ allowQueued: z.boolean().optional() }) satisfies z.ZodType<unknown, EmitOptions>;
