import { describe, expect, test } from "vitest";
import { namedTypes } from "./support/named-types.ts";

/** What producers, destinations and Pulumi programs import, with a type that each is there for. */
const DOORS = { "src/worker.ts": "EventHubApi", "infra/index.ts": "EventHubArgs" };

describe.each(Object.entries(DOORS))("types exported by %s", (door, known) => {
  const { exported, missing } = namedTypes(door);

  test("include every type that they name, so that users can name it as well", () => {
    expect(exported).toContain(known);
    expect(missing).toEqual([]);
  });
});

test("types that a module does not export are found at any distance, by their file and by who names them", () => {
  const { exported, missing } = namedTypes("schema/contract/api.ts");
  expect(exported.toSorted()).toEqual(["EventHubApi", "ProducerApi"]);
  expect(missing.length).toBeGreaterThan(40);
  expect(missing).toEqual(
    expect.arrayContaining([
      "DispatchDetail of schema/contract/dispatches.ts, named by EventHubApi",
      "ExecutionView of schema/contract/dispatches.ts, named by DispatchDetail",
      "Outcome of schema/contract/statuses.ts, named by ExecutionView",
    ]),
  );
});
