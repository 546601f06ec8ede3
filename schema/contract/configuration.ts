import type { DestinationConfig } from "../config/destination.ts";
import type { Policy } from "../config/policy.ts";

/** The configuration as the hub understands it, by destination in the order of names. */
export interface ConfigurationView {
  readonly version: string;
  /** What its conditions say that may not be meant, with the place of each: `routes.0.where.path: …`. It stops nothing. */
  readonly warnings: readonly string[];
  readonly destinations: readonly ConfiguredDestination[];
}

/** A destination as it is configured, under the key of its kind, and the routes that lead there. */
export type ConfiguredDestination = DestinationConfig & {
  readonly name: string;
  readonly routes: readonly ConfiguredRoute[];
};

/** A route to a destination, with how it delivers there. */
export interface ConfiguredRoute {
  readonly id: string;
  readonly on: string;
  /** `$.data.total gte 100 and not ($.data.test exact true)`. */
  readonly where?: string;
  readonly delayMs: number;
  readonly policy: Policy;
}
