import { createHash } from "node:crypto";
import { unstable_readConfig as readConfig } from "wrangler";
import { parseConfig } from "../../../schema/config/config.ts";
import { configFromBindings } from "../../../schema/config/config-bindings.ts";
import { issueText } from "../../../schema/wording.ts";
import { compileRouting, type Routing } from "../../../src/domain/routing/routing.ts";

/** A configuration as the hub that has it would store it. */
export interface Configuration {
  readonly version: string;
  readonly body: string;
  readonly routing: Routing;
}

/** Reads the variables of a hub. Throws what is wrong with them. */
export function configurationOf(wranglerToml: string): Configuration {
  const parsed = parseConfig(configFromBindings(readConfig({ config: wranglerToml }).vars));
  if (!parsed.ok) throw new Error(`${wranglerToml}: ${parsed.issues.map(issueText).join("; ")}`);
  const body = JSON.stringify(parsed.config);
  return { body, version: createHash("sha256").update(body).digest("hex"), routing: compileRouting(parsed.config) };
}
