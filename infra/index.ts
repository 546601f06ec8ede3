/** What Pulumi programs import: `import { EventHub } from "flowhub/pulumi"`. */
export type { AutoPause } from "../schema/config/auto-pause.ts";
export type { Comparison, Condition, Scalar } from "../schema/config/condition.ts";
export type { Duration } from "../schema/config/duration.ts";
export type { DeliveryOptions, Policy } from "../schema/config/policy.ts";
export type {
  ConsoleAccess,
  ConsoleArgs,
  DestinationArgs,
  EventHubArgs,
  HubTransforms,
  LocationHint,
  RouteArgs,
  RoutingArgs,
  TargetArgs,
  Transform,
  WorkerDestination,
} from "./args.ts";
export type { ServiceBinding } from "./bindings.ts";
export { type CheckedEvent, checkRoutes } from "./check-routes.ts";
export { EventHub } from "./event-hub.ts";
export type { HubNodes } from "./resources.ts";
