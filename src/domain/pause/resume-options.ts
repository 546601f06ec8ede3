import * as z from "zod";
import type { ResumeOptions } from "../../../schema/contract/destinations.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";
import { said } from "../operate/parse-operation.ts";

const resumeOptions = closedObject({ rate: z.number().min(0.01).max(10_000).optional(), ...said }) satisfies z.ZodType<
  unknown,
  ResumeOptions
>;

/** Throws `options.invalid` naming the option. */
export function parseResumeOptions(options: unknown = {}): z.infer<typeof resumeOptions> {
  return parsedOr("options.invalid", resumeOptions.safeParse(options, inWords));
}
