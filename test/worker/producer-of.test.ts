import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
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

it("without a source the binding is used as it is", async () => {
  expect(producerOf(plain)).toBe(plain);
});

it.each([[null], ["text"], [undefined], [[null]]])("what is no event is refused by the hub, as without: %j", async (input) => {
  const failure = await failureOf(producerOf(plain, { source: "web" }).emit(input as never));
  expect(failure).toMatch(/\(event\.invalid\)|\(batch\./);
});
