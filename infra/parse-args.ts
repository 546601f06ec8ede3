import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { eachWorkflow } from "../schema/deployment.ts";
import { closedObject, type Issue, inWords, issuesOf, issueText } from "../schema/wording.ts";
import { LOCATION_HINTS } from "./args.ts";
import { MAX_PREFIX_LENGTH, PREFIX } from "./names.ts";

const anything = z.unknown().optional();
/** Text, or what will be text once it is deployed. */
const text = (pattern: RegExp, what: string) =>
  z.custom((value) => (typeof value === "string" ? pattern.test(value) : isLater(value)), { error: `expected ${what}` });

export function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

const SCRIPT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

function isWorker(value: unknown): boolean {
  if (typeof value === "string") return SCRIPT_NAME.test(value);
  return isLater(value) || cloudflare.WorkersScript.isInstance(value) || cloudflare.Worker.isInstance(value);
}

const destination = closedObject({
  worker: z.custom(isWorker, { error: "expected the name of a Worker, an Output of it, or the WorkersScript itself" }),
  entrypoint: z
    .string()
    .regex(/^[A-Za-z_$][\w$]*$/, { error: "expected the name of an exported class" })
    .optional(),
  deployed: z.boolean().optional(),
  // With the configuration it is part of.
  autoPause: anything,
});

const transforms = closedObject({
  database: anything,
  queue: anything,
  deadLetterQueue: anything,
  script: anything,
  ...eachWorkflow(() => anything),
  consumer: anything,
  deadLetterConsumer: anything,
  cron: anything,
  domain: anything,
});

const consoleArgs = closedObject({
  // By the schema of the hub, with the rest of what goes into its variables.
  access: anything,
  secret: anything,
  readSecret: anything,
  hostname: text(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/i, 'a host name such as "hub.acme.dev"').optional(),
});

/** What a program passes to the component, save the routing itself. A program may not be type-checked, so this is. */
const hubArgs = closedObject({
  accountId: text(/^\S+$/, "the id of a Cloudflare account"),
  prefix: z.string().max(MAX_PREFIX_LENGTH).regex(PREFIX, { error: "expected lower-case letters, digits and dashes" }).optional(),
  protect: z.boolean().optional(),
  locationHint: z.enum(LOCATION_HINTS).optional(),
  console: consoleArgs.optional(),
  transform: transforms.optional(),
  destinations: z.record(z.string(), destination),
  routes: anything,
  defaults: anything,
});

/** What is wrong with the arguments of a hub, the routing aside. */
export function argIssues(args: unknown): Issue[] {
  const parsed = hubArgs.safeParse(args, inWords);
  return parsed.success ? [] : issuesOf(parsed.error);
}

/** Where an Output stands in what has to be plain data. */
export function outputIssues(value: unknown, path: string, what = "routing"): Issue[] {
  if (pulumi.Output.isInstance(value)) return [{ path, message: `is an Output; ${what} is plain data, so that it is checked at preview` }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => outputIssues(member, `${path}.${key}`, what));
}

/** Ends the program with what is wrong, in words and without a stack. */
export function refuse(what: string, issues: readonly Issue[]): never {
  throw new pulumi.RunError([`${what} is not valid:`, ...issues.map((issue) => `  - ${issueText(issue)}`)].join("\n"));
}
