import type { Random } from "../../chaos/random.ts";

/** What happens in a shop. */
export type KindName =
  | "order"
  | "large order"
  | "cancellation"
  | "invoice"
  | "reminder"
  | "payment"
  | "pick-up"
  | "departure"
  | "delivery"
  | "sign-up"
  | "change";

export interface Kind {
  readonly type: string;
  /** Who emits it, when it is not the reply of a destination. */
  readonly source: string;
  /** Dispatches, by the routes in ../stack.ts. */
  readonly owed: number;
  /** What the first of its destinations may emit in reply. */
  readonly next: KindName | undefined;
}

export const KINDS: Readonly<Record<KindName, Kind>> = {
  order: { type: "order.placed", source: "shop", owed: 3, next: "invoice" },
  "large order": { type: "order.placed", source: "shop", owed: 4, next: "invoice" },
  cancellation: { type: "order.cancelled", source: "shop", owed: 2, next: undefined },
  invoice: { type: "invoice.created", source: "erp", owed: 1, next: "payment" },
  reminder: { type: "invoice.overdue", source: "erp", owed: 2, next: undefined },
  payment: { type: "payment.received", source: "erp", owed: 2, next: "pick-up" },
  "pick-up": { type: "shipment.requested", source: "logistics", owed: 3, next: "departure" },
  departure: { type: "shipment.dispatched", source: "logistics", owed: 2, next: "delivery" },
  delivery: { type: "shipment.delivered", source: "logistics", owed: 2, next: "change" },
  "sign-up": { type: "customer.registered", source: "shop", owed: 2, next: undefined },
  change: { type: "customer.updated", source: "shop", owed: 1, next: undefined },
};

export const MOST_OWED = Math.max(...Object.values(KINDS).map(({ owed }) => owed));

/** By what they are owed to, the frequent ones more than once. */
const OFTEN: Readonly<Record<number, readonly KindName[]>> = {
  1: ["invoice", "invoice", "change"],
  2: ["payment", "payment", "departure", "delivery", "delivery", "sign-up", "cancellation", "reminder"],
  3: ["order", "order", "order", "pick-up"],
  4: ["large order"],
};

export function kindOwing(owed: number, random: Random): KindName {
  return random.pick(OFTEN[owed] ?? []);
}
