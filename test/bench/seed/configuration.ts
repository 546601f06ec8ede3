import { createHash } from "node:crypto";
import { parseConfig } from "../../../schema/config/config.ts";
import { configFromBindings } from "../../../schema/config/config-bindings.ts";
import { issueText } from "../../../schema/wording.ts";
import { compileRouting, type Routing } from "../../../src/domain/routing/routing.ts";
import type { WorkerConfig } from "../../../tools/worker-config.ts";

/** A configuration as the hub that has it would store it. */
export interface Configuration {
  readonly version: string;
  readonly body: string;
  readonly routing: Routing;
}

/** Reads the variables of a hub. Throws what is wrong with them. */
export function configurationOf({ name, vars = {} }: WorkerConfig): Configuration {
  const parsed = parseConfig(configFromBindings(vars));
  if (!parsed.ok) throw new Error(`${name}: ${parsed.issues.map(issueText).join("; ")}`);
  const body = JSON.stringify(parsed.config);
  return { body, version: createHash("sha256").update(body).digest("hex"), routing: compileRouting(parsed.config) };
}
