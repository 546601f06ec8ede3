import type { EmitInput } from "../../../schema/contract/emit.ts";
import type { Json } from "../../../schema/json.ts";
import type { Random } from "../../chaos/random.ts";
import { CARRIERS, CITIES, FIRST_NAMES, LARGE_PRODUCTS, LAST_NAMES, PRODUCTS, RARE_TEXT, STREETS } from "./catalogue.ts";
import { KINDS, type KindName } from "./kinds.ts";

/** What the events of an order have in common. */
export interface Order {
  readonly number: string;
  readonly customer: { readonly id: string; readonly name: string; readonly email: string };
  readonly address: { readonly street: string; readonly zip: string; readonly city: string; readonly country: string };
  readonly lines: { readonly sku: string; readonly name: string; readonly quantity: number; readonly unitPrice: number }[];
  readonly currency: string;
  readonly total: number;
}

export interface Happening {
  readonly input: EmitInput;
  readonly order: Order;
}

const REMEMBERED = 500;

/** A shop, its customers and what happens to their orders. `happen`: the next event of a kind, of an order if one is given. */
export function shopOf(random: Random): { happen: (kind: KindName, at: number, order?: Order) => Happening } {
  const orders: Order[] = [];
  let placed = 0;
  const place = (large: boolean) => {
    const order = orderOf(++placed, large, random);
    orders[placed % REMEMBERED] = order;
    return order;
  };
  return {
    happen(kind, at, given) {
      const isNew = kind === "order" || kind === "large order" || orders.length === 0;
      const order = given ?? (isNew ? place(kind === "large order") : random.pick(orders.filter(Boolean)));
      const { type, source } = KINDS[kind];
      const subject = type.startsWith("customer.") ? order.customer.id : order.number;
      const key = type === "order.placed" ? { key: order.number } : {};
      const time = new Date(at - random.int(0, 2_000));
      return { order, input: { type, source, subject, time, ...key, data: dataOf(kind, order, { at, random }) } };
    },
  };
}

function orderOf(nth: number, large: boolean, random: Random): Order {
  const { city, country, zip, currency } = random.pick(CITIES);
  const products = random.sample(PRODUCTS, random.int(1, 3)).map((product) => ({ ...product, quantity: random.int(1, 3) }));
  const lines = [...(large ? [{ ...random.pick(LARGE_PRODUCTS), quantity: 1 }] : []), ...products].map(({ price, ...line }) => ({
    ...line,
    unitPrice: price,
  }));
  const sum = lines.reduce((total, { quantity, unitPrice }) => total + quantity * unitPrice, 0);
  return {
    number: `R-${String(nth).padStart(7, "0")}`,
    customer: customerOf(random),
    address: { street: `${random.pick(STREETS)} ${random.int(1, 140)}`, zip, city, country },
    lines,
    currency,
    total: Math.round(sum * 100) / 100,
  };
}

function customerOf(random: Random): Order["customer"] {
  const [first, last] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const id = random.int(1, 20_000);
  return {
    id: `C-${id}`,
    name: `${first} ${last}`,
    email: `${first}.${last}${id}@example.com`.toLowerCase().replaceAll(/[^a-z0-9.@]/g, ""),
  };
}

interface Circumstances {
  readonly at: number;
  readonly random: Random;
}

function dataOf(kind: KindName, order: Order, { at, random }: Circumstances): Json {
  const { number, customer, address, lines, currency, total } = order;
  const base = { order: number, customer };
  const later = (days: number) => new Date(at + days * 86_400_000).toISOString().slice(0, 10);
  const tracking = { carrier: random.pick(CARRIERS), trackingNumber: `${random.int(10 ** 8, 10 ** 9 - 1)}${address.country}` };
  switch (kind) {
    case "order":
    case "large order": {
      const wish = random.chance(0.0015) ? { giftWrap: `with a ${RARE_TEXT}` } : {};
      return { ...base, shipTo: address, lines, currency, total, channel: random.pick(["web", "app", "phone"]), ...wish };
    }
    case "cancellation":
      return { ...base, total, currency, lines, reason: random.pick(["changed their mind", "ordered twice", "found it cheaper"]) };
    case "invoice":
      return {
        ...base,
        invoice: `I-${number.slice(2)}`,
        billTo: address,
        currency,
        total,
        vat: Math.round(total * 19) / 100,
        dueOn: later(14),
      };
    case "reminder":
      return { ...base, invoice: `I-${number.slice(2)}`, currency, open: total, level: random.int(1, 3), dueOn: later(7), fee: 5 };
    case "payment":
      return {
        ...base,
        invoice: `I-${number.slice(2)}`,
        amount: total,
        currency,
        method: random.pick(["card", "transfer", "invoice"]),
        billTo: address,
      };
    case "pick-up":
      return {
        ...base,
        ...tracking,
        from: { city: "Rotterdam", country: "NL" },
        to: address,
        parcels: random.int(1, 4),
        weightKg: random.int(1, 60) / 2,
      };
    case "departure":
    case "delivery":
      return {
        ...base,
        ...tracking,
        to: address,
        expectedOn: later(kind === "delivery" ? 0 : 3),
        signedBy: kind === "delivery" ? customer.name : null,
      };
    case "sign-up":
    case "change":
      return { customer, address, newsletter: random.chance(0.4), language: address.country.toLowerCase(), consents: ["terms", "privacy"] };
    default:
      return kind satisfies never;
  }
}
