import * as z from "zod";
import { isOwnBinding } from "../deployment.ts";
import { CONFIG } from "../limits.ts";
import { closedObject, type Issue, inWords, issuesOf } from "../wording.ts";
import { CHECKS } from "./checks.ts";
import { type Condition, condition, nestsBeyond } from "./condition.ts";
import { type DestinationConfig, destinationSchema } from "./destination.ts";
import { delivery, hubDefaults } from "./policy.ts";
import { typeGlob } from "./type-glob.ts";

const NAME = "expected a name: a letter, then letters, digits, _ or -";
const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, { error: NAME })
  .max(CONFIG.maxNameLength);

const bindingName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of a service binding such as EMAIL" })
  .refine((binding) => !isOwnBinding(binding), { error: "is a binding of the hub itself; name a service binding" });

/** A record skips `__proto__` without a word; here it is refused like any other name that is none. */
const destinations = z
  .custom<Record<string, DestinationConfig>>((value) => !Object.hasOwn(Object(value), "__proto__"), {
    path: ["__proto__"],
    error: NAME,
    abort: true,
  })
  .pipe(z.record(name, destinationSchema(bindingName)));

const target = closedObject({ destination: name, ...delivery });
const ONE_TARGET = 'expected a destination\'s name or a target such as { destination: "email", delay: "1 hour" }';
const targets = z
  .union([name, target, z.array(z.union([name, target], { error: ONE_TARGET })).min(1)], { error: `${ONE_TARGET}, or a list of these` })
  .transform((to) => [to].flat().map((one): Target => (typeof one === "string" ? { destination: one } : one)));

const where = z
  .custom<Condition>((value) => !nestsBeyond(value, CONFIG.maxConditionDepth), {
    error: `is nested deeper than ${CONFIG.maxConditionDepth} conditions`,
    abort: true,
  })
  .pipe(condition);

const route = closedObject({ id: name, on: typeGlob, where: where.optional(), to: targets });

/**
 * The hub's configuration. Parsing what parsing returned returns the same.
 * Zero, the empty string and false are values: `limit: 0` means no retry.
 */
const hubConfig = closedObject({
  defaults: closedObject(hubDefaults).optional(),
  destinations,
  routes: z.array(route),
});

export type Target = z.infer<typeof target>;
export type Route = z.infer<typeof route>;
export type HubConfig = z.infer<typeof hubConfig>;
/** A configuration as it may be written, with its shorthands. */
export type ConfigInput = z.input<typeof hubConfig>;

export type ParsedConfig = { readonly ok: true; readonly config: HubConfig } | { readonly ok: false; readonly issues: readonly Issue[] };

/** Parses a configuration that is to be deployed. Each issue says where it is and what was expected. */
export function parseConfig(input: unknown): ParsedConfig {
  const parsed = readConfig(input);
  if (!parsed.ok) return parsed;
  const issues = CHECKS.flatMap((check) => [...check(parsed.config)]);
  return issues.length === 0 ? parsed : { ok: false, issues };
}

/** Reads a configuration that {@link parseConfig} returned, of this version or an older one: its shape counts, and no check that came later. */
export function readConfig(input: unknown): ParsedConfig {
  const parsed = hubConfig.safeParse(input, inWords);
  return parsed.success ? { ok: true, config: parsed.data } : { ok: false, issues: issuesOf(parsed.error) };
}
