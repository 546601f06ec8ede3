/** What Pulumi programs import: `import { EventHub } from "flowhub/pulumi"`. */
export type { AutoPause } from "../schema/config/auto-pause.ts";
export type { Bound, Comparison, Condition, Scalar } from "../schema/config/condition.ts";
export type { DestinationKind } from "../schema/config/destination.ts";
export type { Duration } from "../schema/config/duration.ts";
export type { DeliveryOptions, HubDefaults, MisconfiguredOptions, Policy, RetryPolicy } from "../schema/config/policy.ts";
export type { EmitInput } from "../schema/contract/emit.ts";
export type { Cause, Extensions, ExtensionValue, HubEvent } from "../schema/contract/events.ts";
export type { RouteExplanation } from "../schema/contract/explanations.ts";
export type { WorkflowKey } from "../schema/deployment.ts";
export type { Json } from "../schema/json.ts";
export type {
  ConsoleAccess,
  ConsoleArgs,
  DestinationArgs,
  EventHubArgs,
  HubTransforms,
  LocationHint,
  NamesOf,
  RouteArgs,
  RoutingArgs,
  TargetArgs,
  Transform,
  WorkerDestination,
} from "./args.ts";
export type { HubWorkflows, ServiceBinding } from "./bindings.ts";
export { type CheckedEvent, checkRoutes } from "./check-routes.ts";
export { EventHub } from "./event-hub.ts";
export type { HubNodes } from "./resources.ts";
