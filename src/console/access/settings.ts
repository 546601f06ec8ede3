import { type CloudflareAccess, type ConsoleConfig, parseConsole, secretIssues } from "../../../schema/config/console.ts";
import { VARIABLES } from "../../../schema/deployment.ts";
import type { Issue } from "../../../schema/wording.ts";
import { parseWrittenJson } from "../../../schema/written-json.ts";
import type { AccessRecords } from "./records.ts";
import type { Visitor } from "./visitor.ts";

/** A secret of the console, and what it makes of who knows it. */
export interface ConsoleSecret {
  readonly text: string;
  readonly role: Visitor["role"];
}

/** Who gets in. Nobody does when `access` is undefined and there is no secret. */
export interface Settings {
  readonly ok: true;
  readonly access: ConsoleConfig | undefined;
  readonly secrets: readonly ConsoleSecret[];
}

/** What a visitor has to pass. */
export interface Gate extends Settings {
  readonly records: AccessRecords;
}

export type ParsedSettings = Settings | { readonly ok: false; readonly issues: readonly Issue[] };

const { console: CONSOLE, consoleSecret: SECRET, consoleReadSecret: READ_SECRET } = VARIABLES;

const known = new WeakMap<object, ParsedSettings>();

/** What the hub's bindings say about access to the console, read once an isolate. Never throws: what is wrong is in `issues`. */
export function settingsOf(env: object): ParsedSettings {
  const before = known.get(env);
  if (before !== undefined) return before;
  const parsed = parseSettings(env as Record<string, unknown>);
  known.set(env, parsed);
  return parsed;
}

/** The team whose tokens are accepted, if any. */
export function cloudflareOf({ access }: Settings): CloudflareAccess | undefined {
  return access?.access === "cloudflare" ? access : undefined;
}

function parseSettings(bindings: Readonly<Record<string, unknown>>): ParsedSettings {
  const { [CONSOLE]: given, [SECRET]: secret, [READ_SECRET]: readSecret } = bindings;
  const { access, issues: wrong } = parseAccess(given);
  const issues = [...wrong, ...issuesOfSecret(SECRET, secret), ...issuesOfSecret(READ_SECRET, readSecret)];
  if (secret !== undefined && secret === readSecret)
    issues.push({ path: READ_SECRET, message: `is the same as ${SECRET}: who may only look could act` });
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, access, secrets: [...secretOf(secret, "operator"), ...secretOf(readSecret, "viewer")] };
}

interface ParsedAccess {
  readonly access?: ConsoleConfig;
  readonly issues: readonly Issue[];
}

/** A table of wrangler's and a json binding arrive as an object; text is parsed. */
function parseAccess(given: unknown): ParsedAccess {
  if (given === undefined) return { issues: [] };
  const value = typeof given === "string" ? fromJson(given) : given;
  if (value === undefined) return { issues: [{ path: CONSOLE, message: "is not JSON, or gives a name twice" }] };
  const parsed = parseConsole(value);
  if (parsed.ok) return { access: parsed.config, issues: [] };
  return { issues: parsed.issues.map(({ path, message }) => ({ path: path === "" ? CONSOLE : `${CONSOLE}.${path}`, message })) };
}

/** Without the parser's words: they quote the text, and a secret may have been put in the wrong variable. */
function fromJson(text: string): unknown {
  try {
    return parseWrittenJson(text);
  } catch {
    return undefined;
  }
}

function issuesOfSecret(name: string, given: unknown): Issue[] {
  return given === undefined ? [] : secretIssues(name, given);
}

function secretOf(given: unknown, role: Visitor["role"]): ConsoleSecret[] {
  return typeof given === "string" ? [{ text: given, role }] : [];
}
