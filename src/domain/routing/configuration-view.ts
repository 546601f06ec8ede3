import type { HubConfig } from "../../../schema/config/config.ts";
import { configWarnings } from "../../../schema/config/config-warnings.ts";
import { resolveDelivery } from "../../../schema/config/resolve-policy.ts";
import type { ConfigurationView, ConfiguredDestination, ConfiguredRoute } from "../../../schema/contract/configuration.ts";
import { issueText } from "../../../schema/wording.ts";
import { conditionText } from "./condition-text.ts";

/** A configuration by destination, in the order of names, each with the routes to it in the order of the configuration. */
export function configurationView({ version, config }: { version: string; config: HubConfig }): ConfigurationView {
  const routes = configuredRoutes(config);
  const destinations = Object.entries(config.destinations)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, destination]): ConfiguredDestination => {
      return { name, ...destination, routes: (routes.get(name) ?? []).map(({ route }) => route) };
    });
  return { version, warnings: configWarnings(config).map(issueText), destinations };
}

/** Each route once for each of its targets. */
function configuredRoutes({ routes, defaults }: HubConfig) {
  const targets = routes.flatMap(({ id, on, where, to }) =>
    to.map((target) => {
      const { delayMs, policy } = resolveDelivery(target, defaults);
      const route: ConfiguredRoute = { id, on, ...(where !== undefined && { where: conditionText(where) }), delayMs, policy };
      return { destination: target.destination, route };
    }),
  );
  return Map.groupBy(targets, ({ destination }) => destination);
}
