import { describe, expect, test } from "vitest";
import { bindingNameOf, hubNames, MAX_PREFIX_LENGTH, PREFIX } from "../../../infra/names.ts";
import { parseConfig } from "../../../schema/config/config.ts";

describe("physical names", () => {
  test("begin with the prefix, and that of the dead-letter queue ends in -dead-letters", () => {
    expect(hubNames("shop-prod")).toEqual({
      script: "shop-prod",
      database: "shop-prod",
      queue: "shop-prod-dispatches",
      deadLetterQueue: "shop-prod-dead-letters",
      dispatchWorkflow: "shop-prod-dispatch",
      bulkWorkflow: "shop-prod-bulk",
    });
  });

  test("of the longest prefix fit into 63 characters, the longest of them exactly", () => {
    const lengths = Object.values(hubNames("x".repeat(MAX_PREFIX_LENGTH))).map((name) => name.length);
    expect(Math.max(...lengths)).toBe(63);
  });

  test("of the two queues differ, and only the dead-letter queue's looks like one", () => {
    const { queue, deadLetterQueue } = hubNames("a");
    expect([queue, deadLetterQueue].map((name) => name.endsWith("-dead-letters"))).toEqual([false, true]);
  });

  test.each<[prefix: string, allowed: boolean]>([
    ["a", true],
    ["0", true],
    ["a1-b2", true],
    ["a--b", true],
    ["", false],
    ["-", false],
    ["-a", false],
    ["a-", false],
    ["A", false],
    ["a_b", false],
    ["a.b", false],
    ["a b", false],
    ["a\n", false],
    ["é", false],
  ])("may begin with %j: %s", (prefix, allowed) => {
    expect(PREFIX.test(prefix)).toBe(allowed);
  });
});

describe("the binding of a destination", () => {
  const cases: [destination: string, binding: string][] = [
    ["email", "DEST_EMAIL"],
    ["bigOrders", "DEST_BIG_ORDERS"],
    ["big-orders", "DEST_BIG_ORDERS"],
    ["big_orders", "DEST_BIG_ORDERS"],
    ["BigOrders", "DEST_BIG_ORDERS"],
    ["a--b", "DEST_A_B"],
    ["s3", "DEST_S3"],
    ["s3Bucket", "DEST_S3_BUCKET"],
    ["v2-4", "DEST_V2_4"],
    ["HTTP", "DEST_HTTP"],
    ["myHTTPHook", "DEST_MY_HTTPHOOK"],
    ["DB", "DEST_DB"],
    ["HUB_CONFIG", "DEST_HUB_CONFIG"],
    ["constructor", "DEST_CONSTRUCTOR"],
    ["ends-", "DEST_ENDS_"],
  ];

  test.each(cases)("%s is %s", (destination, binding) => {
    expect(bindingNameOf(destination)).toBe(binding);
  });

  test.each(cases)("%s has one that the hub accepts, and that is none of its own", (destination) => {
    const config = { destinations: { [destination]: { worker: bindingNameOf(destination) } }, routes: [] };
    expect(parseConfig(config)).toMatchObject({ ok: true });
  });
});
