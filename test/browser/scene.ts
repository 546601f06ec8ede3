import { setTimeout as sleep } from "node:timers/promises";
import type { EmitInput, EmitReceipt, EventHubApi } from "flowhub";
import { plain } from "../../tools/local/observer.ts";
import type { Seen } from "./pages.ts";
import type { ShopHub } from "./shop-hub.ts";

/** The order went everywhere and caused an invoice; what is scheduled is of it, and waits for a week. */
export interface Scene extends Seen {
  readonly order: EmitReceipt;
}

const FIRST_ORDER = 1_001;
const ITEMS = ["kettle", "teapot", "oolong 100 g", "sencha 250 g", "strainer", "gift card"];

/** A morning in a shop: orders, some of them with a declined card, customers, stock that cannot be moved, a destination that is paused. */
export async function setScene({ hub, until }: Pick<ShopHub, "hub" | "until">): Promise<Scene> {
  const orders = plain(await hub.emit(Array.from({ length: 24 }, (_, index) => orderOf(FIRST_ORDER + index))));
  await hub.emit(
    ["ada", "grace", "edsger"].map((name): EmitInput => ({ type: "customer.created", source: "shop", subject: name, data: { name } })),
  );
  const order = await one(hub, {
    ...orderOf(1_042),
    key: "order-1042",
    data: {
      order: "1042",
      total: 1_249.5,
      customer: { name: "Ada Lovelace", email: "ada@example.com", country: "GB" },
      items: [
        { sku: "kettle", quantity: 1 },
        { sku: "sencha 250 g", quantity: 3 },
      ],
      gift: false,
      note: null,
    },
  });
  const declined = await one(hub, { ...orderOf(1_043), data: { order: "1043", total: 64, card: "declined" } });
  const stock = await one(hub, {
    type: "stock.moved",
    source: "warehouse",
    subject: "kettle",
    data: { sku: "kettle", from: "A3", to: "B1" },
  });
  const idOf = ({ dispatches }: EmitReceipt, destination: string) => dispatches.find((one) => one.destination === destination)?.id ?? "";
  const failed = idOf(declined, "billing");
  const waiting = idOf(stock, "warehouse");
  await until(failed, "failed");
  await until(idOf(order, "billing"), "complete");
  while (plain(await hub.getDispatch(waiting))?.attempts === 0) await sleep(100);
  const declinedOnce = orders.find((_, index) => isDeclinedOnce(FIRST_ORDER + index)) ?? order;
  const bulk = await redriven({ hub, until }, idOf(declinedOnce, "billing"));
  return { order, scheduled: idOf(order, "email"), failed, waiting, bulk };
}

/** A bulk operation that is over, on one dispatch that is given up before. */
async function redriven({ hub, until }: Pick<ShopHub, "hub" | "until">, dispatch: string): Promise<string> {
  await until(dispatch, "failed");
  const { id } = plain(await hub.retryDispatches({ ids: [dispatch] }, { by: "ada", reason: "the card was renewed" }));
  while (plain(await hub.getBulk(id))?.state !== "finished") await sleep(100);
  return id;
}

const isDeclinedOnce = (number: number) => number % 8 === 0;

function orderOf(number: number): EmitInput {
  const items = ITEMS.filter((_, index) => (number * 7 + index) % 3 === 0);
  const card = isDeclinedOnce(number) ? { card: "declined once" } : {};
  const soldOut = number % 11 === 0 ? { items: [...items, "sold out"] } : { items };
  return {
    type: "order.placed",
    source: "shop",
    subject: String(number),
    data: { order: String(number), total: (number * 37) % 900, ...soldOut, ...card },
  };
}

async function one(hub: EventHubApi, input: EmitInput): Promise<EmitReceipt> {
  const [receipt] = plain(await hub.emit(input));
  if (receipt === undefined) throw new Error("no receipt");
  return receipt;
}
