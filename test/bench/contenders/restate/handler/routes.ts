import type { Order } from "../../order.ts";

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

/** The twenty of flowhub/workers/wrangler.toml. */
const routes: readonly Route[] = [
  { to: "billing", takes: paid("order.placed") },
  { to: "billing", takes: paid("order.split") },
  { to: "warehouse", takes: paid("order.split") },
  { to: "ledger", takes: paid("order.split") },
  { to: "ledger", takes: ofOrders(({ total }) => total >= 10_000) },
  { to: "ledger", takes: ofOrders(({ currency }) => !["EUR", "CHF"].includes(currency)) },
  { to: "warehouse", takes: ofOrders(({ lines }) => lines.some(({ sku }) => sku === "Z-9999")) },
  { to: "ledger", takes: ({ subject }) => typeof subject === "string" && subject.startsWith("audit-") },
  { to: "warehouse", takes: of("order.paid", 100) },
  { to: "warehouse", takes: of("order.cancelled", 100) },
  { to: "warehouse", takes: of("order.refunded", 100) },
  { to: "warehouse", takes: of("order.shipped", 100) },
  { to: "warehouse", takes: of("customer.created", 100) },
  { to: "warehouse", takes: of("customer.deleted", 100) },
  { to: "warehouse", takes: of("invoice.sent", 100) },
  { to: "warehouse", takes: of("invoice.overdue", 100) },
  { to: "warehouse", takes: of("stock.low", 100) },
  { to: "warehouse", takes: of("stock.counted", 100) },
  { to: "warehouse", takes: of("parcel.lost", 100) },
  { to: "warehouse", takes: of("mail.bounced", 100) },
];

/** Where it goes: a destination for each route that takes it. */
export function destinationsOf(order: Order): readonly Route["to"][] {
  return routes.filter(({ takes }) => takes({ ...order })).map(({ to }) => to);
}
