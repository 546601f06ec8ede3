import type * as cloudflare from "@pulumi/cloudflare";
import type * as pulumi from "@pulumi/pulumi";
import type { AutoPause } from "../schema/config/auto-pause.ts";
import type { Condition } from "../schema/config/condition.ts";
import type { DestinationKind } from "../schema/config/destination.ts";
import type { DeliveryOptions, HubDefaults } from "../schema/config/policy.ts";
import type { WorkflowKey } from "../schema/deployment.ts";

/** A Worker that events go to. */
export interface WorkerDestination {
  /** Its name, an Output of its name, or the resource. A Worker that is only named has to be deployed before the hub. */
  readonly worker: pulumi.Input<string> | cloudflare.WorkersScript | cloudflare.Worker;
  /** The entrypoint that implements `handle()`; by default the Worker's default export. */
  readonly entrypoint?: string | undefined;
  /** Holds the destination back after so many failures in a row, and tries it with one attempt now and again. By default never. */
  readonly autoPause?: AutoPause | undefined;
  /**
   * `false`: the Worker is not there yet, so leave it unbound this time. For a Worker that emits and is a destination as well, on the
   * first deployment. What is owed to it meanwhile waits as `misconfigured`, for 24 hours by default.
   */
  readonly deployed?: boolean | undefined;
}

interface DestinationArgsByKind {
  readonly worker: WorkerDestination;
}

/** Where events go. Each kind has a key of its own. */
export type DestinationArgs = DestinationArgsByKind[DestinationKind];

/** A destination of a route, with what it says about delivery. */
export interface TargetArgs<Name extends string = string> extends DeliveryOptions {
  readonly destination: Name;
}

export interface RouteArgs<Name extends string = string> {
  /** Unique, and kept with every dispatch. */
  readonly id: string;
  /** Event type: `"order.placed"`, with a `*` at the end for any characters (`"order.*"`), elsewhere for one part (`"order.*.paid"`), alone for every type. */
  readonly on: string;
  /** What the event has to be like. Without it, every event of the type. */
  readonly where?: Condition | undefined;
  readonly to: Name | TargetArgs<Name> | readonly (Name | TargetArgs<Name>)[];
}

/** Cloudflare Access in front of the console. */
export interface ConsoleAccess {
  /** `"acme"` or `"acme.cloudflareaccess.com"`. */
  readonly team: string;
  /** The AUD tag of the application, or several: `aud` of a `ZeroTrustAccessApplication`. */
  readonly audience: pulumi.Input<string> | readonly pulumi.Input<string>[];
  /** Who may act, by e-mail address, or by common name for service tokens; everybody else whom Access lets in may look. By default all may act. */
  readonly operators?: readonly string[] | undefined;
}

/** Who gets into the console, and where it is. With secrets beside Access, either lets in. */
export interface ConsoleArgs {
  readonly access?: ConsoleAccess | undefined;
  /** To sign in with, or for the header `Authorization: Bearer …`; at least 16 characters. Who knows it may act. */
  readonly secret?: pulumi.Input<string> | undefined;
  /** The same for who may only look. */
  readonly readSecret?: pulumi.Input<string> | undefined;
  /** Of a zone of the account: `"hub.acme.dev"`. By default the console has no address. */
  readonly hostname?: pulumi.Input<string> | undefined;
}

/** What goes where. Plain data: it is checked before anything is deployed, so no Outputs, save in `destinations`. */
export interface RoutingArgs<Destinations = Readonly<Record<string, unknown>>, Name extends string = string> {
  readonly destinations: Destinations;
  readonly routes: readonly RouteArgs<Name>[];
  /** What holds where a target says nothing, and for the hub as a whole. */
  readonly defaults?: HubDefaults | undefined;
}

/** Changes the inputs of a resource before it is registered. */
export type Transform<Args> = (args: Args) => Args;

/** One for each resource of the hub. */
export interface HubTransforms extends Readonly<Partial<Record<WorkflowKey, Transform<cloudflare.WorkflowArgs>>>> {
  readonly database?: Transform<cloudflare.D1DatabaseArgs>;
  readonly queue?: Transform<cloudflare.QueueArgs>;
  /** Its name has to end in `-dead-letters`: that is how the hub knows whose messages it reads. */
  readonly deadLetterQueue?: Transform<cloudflare.QueueArgs>;
  readonly script?: Transform<cloudflare.WorkersScriptArgs>;
  readonly consumer?: Transform<cloudflare.QueueConsumerArgs>;
  readonly deadLetterConsumer?: Transform<cloudflare.QueueConsumerArgs>;
  readonly cron?: Transform<cloudflare.WorkersCronTriggerArgs>;
  /** Of the console, where it has a host name. */
  readonly domain?: Transform<cloudflare.WorkersCustomDomainArgs>;
}

/** Names of destinations come from `destinations` alone: a route to another one does not compile. */
export type NamesOf<Destinations> = NoInfer<keyof Destinations & string>;

export interface EventHubArgs<Destinations = Readonly<Record<string, DestinationArgs>>, Name extends string = string>
  extends RoutingArgs<Destinations, Name> {
  readonly accountId: pulumi.Input<string>;
  /** Start of every physical name: lower-case letters, digits and dashes, at most 50. By default `<name>-<stack>`. Changing it replaces the database. */
  readonly prefix?: string | undefined;
  /** Whether Pulumi refuses to delete or replace what holds data: the database and both queues. By default `true`. */
  readonly protect?: boolean | undefined;
  /** Where the database is placed. Changing it replaces the database. */
  readonly locationHint?: LocationHint | undefined;
  /** By default the console lets nobody in. */
  readonly console?: ConsoleArgs | undefined;
  readonly transform?: HubTransforms | undefined;
}

/** Regions of D1 (d1/configuration/data-location). */
export const LOCATION_HINTS = ["wnam", "enam", "weur", "eeur", "apac", "oc"] as const;
export type LocationHint = (typeof LOCATION_HINTS)[number];
