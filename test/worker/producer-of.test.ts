import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { producerOf } from "../../src/worker.ts";
import { failureOf } from "./support/failures.ts";
import { unique } from "./support/hub.ts";
import { eventRow } from "./support/rows.ts";

/** Bound without props, and with `props.source`. */
const plain = env.PRODUCER as unknown as Fetcher;
const shop = env.SHOP as unknown as Fetcher;

const sourceOf = async (id: string | undefined) => (await eventRow(id ?? ""))?.["source"];

it("events that name no source are emitted with the producer's", async () => {
  const [receipt] = await producerOf(plain, { source: "web" }).emit({ type: unique("sourced."), data: null, key: unique("key-") });
  expect(await sourceOf(receipt?.id)).toBe("web");
});

it("an event's own source wins, also in a list, and one that is undefined is none", async () => {
  const type = unique("sourced.");
  const receipts = await producerOf(plain, { source: "web" }).emit([
    { type, data: 1, source: "till" },
    { type, data: 2 },
    { type, data: 3, source: undefined },
  ] as never);
  expect(await Promise.all(receipts.map(({ id }) => sourceOf(id)))).toEqual(["till", "web", "web"]);
});

it("the source of the binding wins over both", async () => {
  const [receipt] = await producerOf(shop, { source: "web" }).emit({ type: unique("sourced."), data: null });
  expect(await sourceOf(receipt?.id)).toBe("shop");
});

it("without a source events are emitted as they are", async () => {
  const [[own], [none]] = await Promise.all([
    producerOf(plain).emit({ type: unique("sourced."), data: null, source: "till" }),
    producerOf(plain).emit({ type: unique("sourced."), data: null }),
  ]);
  expect([await sourceOf(own?.id), await sourceOf(none?.id)]).toEqual(["till", null]);
});

describe("a binding that does not lead to the hub", () => {
  const howToBind = '[[services]] binding = "HUB", service = "<name of the hub>", entrypoint = "Producer"';

  it.each([[undefined], [null]])("is refused before anything is emitted where it is not there: %s", (binding) => {
    expect(() => producerOf(binding as never)).toThrow(`producerOf() was given ${binding}: this Worker has no binding of that name. Bind`);
    expect(() => producerOf(binding as never, { source: "web" })).toThrow(howToBind);
  });

  it("is refused with the date to set where the producer cannot call by RPC", () => {
    expect(() => producerOf({ fetch: () => undefined } as never)).toThrow("set its compatibility_date to 2024-04-03 or later");
  });

  it("is refused where it is no service binding", () => {
    expect(() => producerOf(env.DB as never)).toThrow(/no service binding.*entrypoint = "Producer"/);
  });

  it.each([{}, { source: "web" }])("is told by what workerd says where it leads to an entrypoint without emit(): %j", async (options) => {
    const failure = await failureOf(producerOf(env.NO_ENTRYPOINT, options).emit({ type: "a", data: 1 }));
    expect(failure).toMatch(/^The RPC receiver does not implement the method "emit"\. /);
    expect(failure).toContain(howToBind);
  });
});

it.each([[null], ["text"], [undefined], [[null]]])("what is no event is refused by the hub, as without: %j", async (input) => {
  const failure = await failureOf(producerOf(plain, { source: "web" }).emit(input as never));
  expect(failure).toMatch(/\(event\.invalid\)|\(batch\./);
});
