import { describe, expect, test } from "vitest";
import {
  type DestinationConfig,
  type DestinationDescription,
  type DestinationKind,
  describeDestination,
  kindOf,
} from "../../../../schema/config/destination.ts";

/** An example of each kind, as it is configured, and how people are told of it. */
const EXAMPLES: Readonly<Record<DestinationKind, readonly [DestinationConfig, DestinationDescription]>> = {
  worker: [
    { worker: "EMAIL", autoPause: { after: 3 } },
    { noun: "service binding", name: "EMAIL", isBinding: true },
  ],
};

describe.each(Object.entries(EXAMPLES))("a destination of the kind %s", (kind, [destination, description]) => {
  test("is known by its key", () => {
    expect(kindOf(destination)).toEqual({ kind, destination });
  });

  test("is described by where it is", () => {
    expect(describeDestination(destination)).toEqual(description);
  });
});
