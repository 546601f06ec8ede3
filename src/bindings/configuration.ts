import { type HubConfig, type ParsedConfig, parseConfig } from "../../schema/config/config.ts";
import { configFromBindings } from "../../schema/config/config-bindings.ts";
import { configWarnings } from "../../schema/config/config-warnings.ts";
import { Fault } from "../../schema/faults.ts";
import { CHAIN } from "../../schema/limits.ts";
import { messageOf } from "../../schema/message-of.ts";
import { type Issue, issuesText } from "../../schema/wording.ts";
import { destinationProblems } from "../domain/deployment/binding-problems.ts";
import { compileRouting, type Routing } from "../domain/routing/routing.ts";
import { logProblems, logWarning } from "./log.ts";

/** The configuration of this deployment, ready to route. */
export interface Configuration {
  readonly config: HubConfig;
  readonly routing: Routing;
  /** The parsed configuration as it is stored. */
  readonly body: string;
  /** SHA-256 of `body`, in hex. */
  readonly version: string;
}

export type Configured = { readonly ok: true; readonly value: Configuration } | { readonly ok: false; readonly issues: readonly Issue[] };

const known = new WeakMap<object, Promise<Configured>>();

/** Reads, checks and compiles the configuration once an isolate, and logs which destinations are bound to nothing, and what may not be meant. Never throws: what is wrong is in `issues`. */
export function configured(env: object): Promise<Configured> {
  const before = known.get(env);
  if (before !== undefined) return before;
  const started = configure(env);
  known.set(env, started);
  return started;
}

/** The same for callers that cannot go on without. Throws `config.invalid` with the first issues. */
export async function requireConfiguration(env: object): Promise<Configuration> {
  const result = await configured(env);
  if (result.ok) return result.value;
  throw new Fault("config.invalid", `The hub's configuration is invalid, nothing was stored: ${issuesText(result.issues)}`);
}

/** How many events a chain may have. */
export function maxChainEventsOf({ config }: Pick<Configuration, "config">): number {
  return config.defaults?.maxChainEvents ?? CHAIN.maxEvents;
}

async function configure(env: object): Promise<Configured> {
  const parsed = parseBindings(env);
  if (!parsed.ok) return parsed;
  logProblems(destinationProblems(env, parsed.config.destinations));
  logWarnings(configWarnings(parsed.config));
  const body = JSON.stringify(parsed.config);
  return { ok: true, value: { config: parsed.config, routing: compileRouting(parsed.config), body, version: await sha256(body) } };
}

function logWarnings(warnings: readonly Issue[]): void {
  if (warnings.length > 0) logWarning("configuration", { message: issuesText(warnings) });
}

function parseBindings(env: object): ParsedConfig {
  try {
    return parseConfig(configFromBindings(env as Record<string, unknown>));
  } catch (error) {
    return { ok: false, issues: [{ path: "", message: messageOf(error) }] };
  }
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
