import { type Order, OTHER_TYPES } from "../../order.ts";

/** Wider than an order: what producers of this benchmark never emit is asked for as well. */
type Event = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly data: Order["data"];
};

interface Route {
  readonly to: "billing" | "warehouse" | "ledger";
  readonly takes: (event: Event) => boolean;
}

const of = (type: string, least: number) => (event: Event) => event.type === type && event.data.total >= least;
const ofOrders = (takes: (data: Order["data"]) => boolean) => (event: Event) => event.type.startsWith("order.") && takes(event.data);
const paid = (type: string) => (event: Event) => event.type === type && event.data.total > 0;

/** The twenty of flowhub/start.ts. */
const routes: readonly Route[] = [
  { to: "billing", takes: paid("order.placed") },
  { to: "billing", takes: paid("order.split") },
  { to: "warehouse", takes: paid("order.split") },
  { to: "ledger", takes: paid("order.split") },
  { to: "ledger", takes: ofOrders(({ total }) => total >= 10_000) },
  { to: "ledger", takes: ofOrders(({ currency }) => !["EUR", "CHF"].includes(currency)) },
  { to: "warehouse", takes: ofOrders(({ lines }) => lines.some(({ sku }) => sku === "Z-9999")) },
  { to: "ledger", takes: ({ subject }) => typeof subject === "string" && subject.startsWith("audit-") },
  ...OTHER_TYPES.map((type) => ({ to: "warehouse", takes: of(type, 100) }) as const),
];

/** Where it goes: a destination for each route that takes it. */
export function destinationsOf(order: Order): readonly Route["to"][] {
  return routes.filter(({ takes }) => takes({ ...order })).map(({ to }) => to);
}
