import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { eachWorkflow } from "../schema/deployment.ts";
import { closedObject, type Issue, inWords, issuesOf, issueText } from "../schema/wording.ts";
import { LOCATION_HINTS } from "./args.ts";
import { destinationArgs } from "./destination.ts";
import { MAX_PREFIX_LENGTH, PREFIX } from "./names.ts";
import { isLater } from "./outputs.ts";

const anything = z.unknown().optional();
/** Text, or what will be text once it is deployed. */
const text = (pattern: RegExp, what: string) =>
  z.custom((value) => (typeof value === "string" ? pattern.test(value) : isLater(value)), { error: `expected ${what}` });

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
  destinations: z.record(z.string(), destinationArgs),
  routes: anything,
  defaults: anything,
});

/** What is wrong with the arguments of a hub, the routing aside. */
export function argIssues(args: unknown): Issue[] {
  const parsed = hubArgs.safeParse(args, inWords);
  return parsed.success ? [] : issuesOf(parsed.error);
}

/** Ends the program with what is wrong, in words and without a stack. */
export function refuse(what: string, issues: readonly Issue[]): never {
  throw new pulumi.RunError([`${what} is not valid:`, ...issues.map((issue) => `  - ${issueText(issue)}`)].join("\n"));
}
