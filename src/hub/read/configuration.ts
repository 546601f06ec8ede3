import type { ConfigurationView } from "../../../schema/contract/configuration.ts";
import { requireConfiguration } from "../../bindings/configuration.ts";
import type { Hub } from "../../bindings/hub.ts";
import { configurationView } from "../../domain/routing/configuration-view.ts";

/** Destinations and routes of this deployment. Throws `config.invalid`. */
export async function configuration(hub: Hub): Promise<ConfigurationView> {
  return configurationView(await requireConfiguration(hub.env));
}
