import type { ConfigurationView } from "../../../schema/contract/configuration.ts";
import { requireConfiguration } from "../../bindings/configuration.ts";
import { configurationView } from "../../domain/routing/configuration-view.ts";

/** Destinations and routes of this deployment. Throws `config.invalid`. */
export async function configuration(env: Env): Promise<ConfigurationView> {
  return configurationView(await requireConfiguration(env));
}
