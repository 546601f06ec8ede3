import { type HubConfig, parseConfig } from "../../../schema/config/config.ts";
import { issueText } from "../../../schema/wording.ts";
import { compileRouting, type Routing } from "../../../src/domain/routing/routing.ts";

/** A configuration as a person writes it, parsed. Fails the test when it is not valid. */
export function configOf(written: unknown): HubConfig {
  const parsed = parseConfig(written);
  if (!parsed.ok) throw new Error(parsed.issues.map(issueText).join("; "));
  return parsed.config;
}

export function routingOf(written: unknown): Routing {
  return compileRouting(configOf(written));
}
