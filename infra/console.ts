import * as pulumi from "@pulumi/pulumi";
import { parseConsole, secretIssues } from "../schema/config/console.ts";
import { VARIABLES } from "../schema/deployment.ts";
import { CONFIG } from "../schema/limits.ts";
import type { Issue } from "../schema/wording.ts";
import type { ConsoleAccess, ConsoleArgs } from "./args.ts";
import { isLater, outputIssues } from "./outputs.ts";
import { refuse } from "./parse-args.ts";

/** What the hub Worker is told of its console, and the console's address. */
export interface PlannedConsole {
  readonly bindings: readonly ConsoleBinding[];
  readonly hostname?: pulumi.Input<string> | undefined;
}

export type ConsoleBinding =
  | { readonly type: "json"; readonly name: string; readonly json: pulumi.Input<string> }
  | { readonly type: "secret_text"; readonly name: string; readonly text: pulumi.Input<string> };

interface Planned {
  readonly console: PlannedConsole;
  readonly issues: readonly Issue[];
}

/** Checks what is known now by the schema the hub itself uses, and leaves the rest to when it is known. */
export function planConsole(given: ConsoleArgs | undefined): Planned {
  if (given === undefined) return { console: { bindings: [] }, issues: [] };
  const { access, secret, readSecret, hostname } = given;
  const issues = [
    ...(access === undefined ? [] : accessIssues(access)),
    ...(secret === undefined ? [] : knownSecretIssues("console.secret", secret)),
    ...(readSecret === undefined ? [] : knownSecretIssues("console.readSecret", readSecret)),
    ...togetherIssues(given),
  ];
  if (issues.length > 0) return { console: { bindings: [] }, issues };
  const bindings: ConsoleBinding[] = [
    ...(access === undefined ? [] : [{ type: "json", name: VARIABLES.console, json: accessJson(access) } as const]),
    ...(secret === undefined ? [] : [secretBinding(VARIABLES.consoleSecret, secret)]),
    ...(readSecret === undefined ? [] : [secretBinding(VARIABLES.consoleReadSecret, readSecret)]),
  ];
  return { console: { bindings, hostname }, issues };
}

/** The audience may be known later; the rest is plain data. */
function accessIssues(access: ConsoleAccess): Issue[] {
  const { audience, ...plain } = Object(access) as ConsoleAccess;
  const outputs = outputIssues(plain, "console.access", "access");
  if (outputs.length > 0) return outputs;
  const parsed = parsedAccess(access, Array.isArray(audience) ? audience.map(standIn) : standIn(audience));
  if (!parsed.ok)
    return parsed.issues.map(({ path, message }) => ({ path: path === "" ? "console.access" : `console.access.${path}`, message }));
  const bytes = Buffer.byteLength(JSON.stringify(parsed.config));
  if (bytes <= CONFIG.maxBindingBytes) return [];
  return [
    {
      path: "console.access",
      message: `is ${bytes} bytes as JSON; a Worker's variable holds 5 KB, so it may be at most ${CONFIG.maxBindingBytes}`,
    },
  ];
}

/** As long as an AUD tag, while it is not known. */
function standIn(audience: unknown): unknown {
  return isLater(audience) ? "0".repeat(64) : audience;
}

function parsedAccess(access: ConsoleAccess, audience: unknown) {
  return parseConsole(typeof access === "object" ? { ...access, access: "cloudflare", audience } : access);
}

function accessJson(access: ConsoleAccess): pulumi.Input<string> {
  const { audience } = access;
  const json = (known: unknown) => {
    const parsed = parsedAccess(access, known);
    return parsed.ok ? JSON.stringify(parsed.config) : refuse("console.access", parsed.issues);
  };
  return [audience].flat().some(isLater) ? pulumi.output(audience).apply(json) : json(audience);
}

function knownSecretIssues(path: string, secret: unknown): Issue[] {
  return isLater(secret) ? [] : secretIssues(path, secret);
}

function togetherIssues({ access, secret, readSecret }: ConsoleArgs): Issue[] {
  if (access === undefined && secret === undefined && readSecret === undefined)
    return [{ path: "console", message: "set access, secret or readSecret: nobody would be let in" }];
  if (secret === undefined || secret !== readSecret) return [];
  return [{ path: "console.readSecret", message: "is the same as secret: who may only look could act" }];
}

/** Secret in the state, whether it was given as one or not. */
function secretBinding(name: string, secret: pulumi.Input<string>): ConsoleBinding {
  const checked = pulumi.output(secret).apply((text) => {
    const issues = secretIssues(name, text);
    return issues.length === 0 ? text : refuse("console", issues);
  });
  return { type: "secret_text", name, text: pulumi.secret(checked) };
}
