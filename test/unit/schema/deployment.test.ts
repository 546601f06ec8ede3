import { describe, expect, test } from "vitest";
import {
  DATABASE_BINDING,
  DEAD_LETTER_REDELIVERY,
  DEAD_LETTERS_SUFFIX,
  DISPATCH_REDELIVERY,
  isOwnBinding,
  QUEUE_BINDING,
  redeliveryDelay,
  redeliverySpan,
  VARIABLES,
  WORKFLOWS,
} from "../../../schema/deployment.ts";
import { CHECK, DAY_MS, HOUR_MS, MINUTE_MS } from "../../../schema/limits.ts";

describe("what may not be called otherwise while hubs are deployed", () => {
  test("bindings, and classes of workflows, whose runs outlive a deployment", () => {
    expect([DATABASE_BINDING, QUEUE_BINDING]).toEqual(["DB", "DISPATCH_QUEUE"]);
    expect(Object.values(WORKFLOWS).map(({ binding, className }) => [binding, className])).toEqual([
      ["DISPATCH_WORKFLOW", "DispatchWorkflow"],
      ["BULK_WORKFLOW", "BulkWorkflow"],
    ]);
  });

  test("the dead-letter queue", () => {
    expect("flowhub-dead-letters".endsWith(DEAD_LETTERS_SUFFIX)).toBe(true);
    expect("flowhub-dispatches".endsWith(DEAD_LETTERS_SUFFIX)).toBe(false);
  });
});

test.each([
  ...["DB", "DISPATCH_QUEUE", "DISPATCH_WORKFLOW", "BULK_WORKFLOW", "HUB_ANYTHING", ...Object.values(VARIABLES)].map(
    (name) => [name, true] as const,
  ),
  ...["EMAIL", "DEST_DB", "DB2", "db", "MY_HUB_", "HUB"].map((name) => [name, false] as const),
])("%s is a binding of the hub's own: %s", (name, own) => {
  expect(isOwnBinding(name)).toBe(own);
});

describe("a message that is not acknowledged", () => {
  test("waits a step longer each time, and never longer than the longest delay", () => {
    const redelivery = { maxRetries: 5, stepSeconds: 2, maxDelaySeconds: 7 };
    expect([1, 2, 3, 4, 5].map((deliveries) => redeliveryDelay(redelivery, deliveries))).toEqual([2, 4, 6, 7, 7]);
    expect(redeliverySpan(redelivery)).toBe(26);
    expect(redeliverySpan({ ...redelivery, maxRetries: 0 })).toBe(0);
  });

  test("is undeliverable only when the sweep has looked twice at what it is about", () => {
    expect(redeliverySpan(DISPATCH_REDELIVERY) * 1_000).toBeGreaterThanOrEqual(CHECK.graceMs + 2 * MINUTE_MS);
  });

  test("is retried on the dead-letter queue for the four days that allowQueued promises", () => {
    expect(redeliverySpan(DEAD_LETTER_REDELIVERY) * 1_000).toBeGreaterThanOrEqual(4 * DAY_MS);
  });

  test.each([DISPATCH_REDELIVERY, DEAD_LETTER_REDELIVERY])(
    "is retried no more often and no later than a queue allows: %j",
    (redelivery) => {
      expect(redelivery.maxRetries).toBeLessThanOrEqual(100);
      expect(redelivery.maxDelaySeconds * 1_000).toBeLessThanOrEqual(24 * HOUR_MS);
    },
  );
});
