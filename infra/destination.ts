import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import type { DestinationConfig, DestinationKind } from "../schema/config/destination.ts";
import type { DestinationArgs } from "./args.ts";
import type { HubBinding } from "./bindings.ts";
import { bindingNameOf } from "./names.ts";
import { planWorker, workerArgs } from "./worker-destination.ts";

/** All that is decided about a destination before a resource of the hub is registered, whatever its kind. */
export interface PlannedDestination {
  readonly name: string;
  /** Where it is, in the configuration of the hub. */
  readonly where: DestinationConfig;
  /** Bindings of the hub Worker for it. One destination has the same ones however many routes lead there. */
  readonly bindings: readonly HubBinding[];
  /** What stands in the inputs of the component, for previews: what its bindings lead to. */
  readonly bound: Readonly<Record<string, pulumi.Input<string>>>;
  /** False for one that waits for its bindings, as the program says. */
  readonly isBound: boolean;
}

const kinds = { worker: workerArgs } satisfies { readonly [Kind in DestinationKind]: z.ZodType };

/** The arguments of a destination. */
export const destinationArgs = z.union(Object.values(kinds), { error: "expected an object" });

export function planDestination(name: string, args: DestinationArgs): PlannedDestination {
  if ("worker" in args) return planWorker(name, args);
  return args satisfies never;
}

/** Where a destination is, in the configuration. One that only has a name, as for `checkRoutes`, counts as a Worker. */
export function whereIs(name: string, given: unknown): DestinationConfig {
  return isDestination(given) ? planDestination(name, given).where : { worker: bindingNameOf(name) };
}

function isDestination(given: unknown): given is DestinationArgs {
  return destinationArgs.safeParse(given).success;
}
