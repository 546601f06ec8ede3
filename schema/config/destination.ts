import * as z from "zod";
import { closedObject } from "../wording.ts";
import { type AutoPause, autoPause } from "./auto-pause.ts";

/** Where a destination is, for each kind: an object with a key that no other kind has, and that names the kind. */
interface DestinationKinds {
  /** A Worker, by the service binding that the hub has for it: `{ worker: "EMAIL" }`. */
  readonly worker: { readonly worker: string };
}

export type DestinationKind = keyof DestinationKinds;

/** Settings of a destination of any kind. */
interface DestinationOptions {
  /** Holds the destination back after so many failures in a row. By default never. */
  readonly autoPause?: AutoPause | undefined;
}

/** A destination as it is configured. */
export type DestinationConfig = DestinationKinds[DestinationKind] & DestinationOptions;

/** A destination of one kind. */
export type DestinationOf<Kind extends DestinationKind> = Extract<DestinationConfig, Readonly<Record<Kind, unknown>>>;

const options = { autoPause: autoPause.optional() };

/** The schema of a destination. `bindingName` is that of the name of a service binding. */
export function destinationSchema(bindingName: z.ZodType<string, string>) {
  const kinds = {
    worker: closedObject({ worker: bindingName, ...options }),
  } satisfies { readonly [Kind in DestinationKind]: z.ZodType<DestinationOf<Kind>, DestinationOf<Kind>> };
  return z.union(Object.values(kinds), { error: "expected an object" });
}

/** A destination beside its kind. */
type KindAndDestination = {
  [Kind in DestinationKind]: { readonly kind: Kind; readonly destination: DestinationOf<Kind> };
}[DestinationKind];

/** Tells the kind of a destination, to switch on: within a case, the `destination` beside it is of that kind. */
export function kindOf(destination: DestinationConfig): KindAndDestination {
  if ("worker" in destination) return { kind: "worker", destination };
  return destination satisfies never;
}

/** Where a destination is, for people: `service binding` and `EMAIL`. */
export interface DestinationDescription {
  readonly noun: string;
  readonly name: string;
  /** True for a binding of the hub Worker: what it leads to is known where the hub is deployed. */
  readonly isBinding: boolean;
}

/** Says where a destination is, for the console, for previews and for refusals. */
export function describeDestination(configured: DestinationConfig): DestinationDescription {
  const { kind, destination } = kindOf(configured);
  switch (kind) {
    case "worker":
      return { noun: "service binding", name: destination.worker, isBinding: true };
    default:
      return kind satisfies never;
  }
}
