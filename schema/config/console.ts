import * as z from "zod";
import { storableText } from "../text.ts";
import { closedObject, type Issue, inWords, issuesOf } from "../wording.ts";

const TEAM = 'expected the name of a Cloudflare One team: "acme" or "acme.cloudflareaccess.com"';

/** Comes out as the name alone. */
const team = z
  .string({ error: TEAM })
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.cloudflareaccess\.com)?$/i, { error: TEAM })
  .transform((given) => given.toLowerCase().replace(/\.cloudflareaccess\.com$/, ""));

/** The AUD tag of an Access application: 64 hexadecimal digits, so far. */
const tag = storableText(200);
const audience = z
  .union([tag, z.array(tag).min(1)], { error: "expected the AUD tag of the Access application, or a list of these" })
  .transform((tags) => [tags].flat());

/** By nobody in particular, and by nobody from elsewhere: only on the machine of who develops. */
const open = closedObject({ access: z.literal("none") });

const cloudflare = closedObject({
  access: z.literal("cloudflare"),
  team,
  audience,
  /** Who may act: people by e-mail address, service tokens by common name. Without it, everybody whom Access lets in. Nobody when empty. */
  operators: z.array(storableText(200)).optional(),
});

/** Who gets into the console, apart from who knows one of its secrets. Parsing what parsing returned returns the same. */
const consoleConfig = z.discriminatedUnion("access", [open, cloudflare], {
  error: ({ code }) =>
    code === "invalid_union"
      ? 'expected "none" (on your own machine), or "cloudflare" with the team and the audience of an application'
      : undefined,
});

export type CloudflareAccess = z.infer<typeof cloudflare>;
export type ConsoleConfig = z.infer<typeof consoleConfig>;

export type ParsedConsole =
  | { readonly ok: true; readonly config: ConsoleConfig }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Parses what `HUB_CONSOLE` says. Each issue says where it is and what was expected; none quotes a value. */
export function parseConsole(input: unknown): ParsedConsole {
  const parsed = consoleConfig.safeParse(input, inWords);
  return parsed.success ? { ok: true, config: parsed.data } : { ok: false, issues: issuesOf(parsed.error) };
}

/** Long enough not to be guessed, and as it can be sent in a header. A line break at the end, from `echo`, would never match. */
const secret = z
  .string()
  .min(16)
  .regex(/^[!-~]*$/, { error: "holds a space, a line break or a character beyond ASCII" });

/** What is wrong with a secret of the console. Nothing says what it is. */
export function secretIssues(name: string, given: unknown): Issue[] {
  const parsed = secret.safeParse(given, inWords);
  return parsed.success ? [] : issuesOf(parsed.error).map(({ message }) => ({ path: name, message }));
}
