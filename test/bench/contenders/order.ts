/** What producers of every contender emit. */
export interface Order {
  /** Owed to one destination, or to three. */
  readonly type: "order.placed" | "order.split";
  readonly data: {
    readonly order: string;
    /** When the producer asked, in milliseconds: destinations say how long it took. */
    readonly sentAt: number;
    readonly total: number;
    readonly currency: string;
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  };
}

/** Types that nobody emits here. Each contender has a route for each, from a total of 100 on, to the warehouse: it has to be looked at. */
export const OTHER_TYPES = [
  "order.paid",
  "order.cancelled",
  "order.refunded",
  "order.shipped",
  "customer.created",
  "customer.deleted",
  "invoice.sent",
  "invoice.overdue",
  "stock.low",
  "stock.counted",
  "parcel.lost",
  "mail.bounced",
] as const;

export type FanOut = 1 | 3;

/** About 200 bytes of data. */
export function orderOf(number: number, fanOut: FanOut, sentAt: number): Order {
  return {
    type: fanOut === 3 ? "order.split" : "order.placed",
    data: {
      order: `R-${number}`,
      sentAt,
      total: 129.5,
      currency: "EUR",
      lines: [
        { sku: "A-1042", quantity: 2 },
        { sku: "B-2205", quantity: 1 },
        { sku: "C-0001", quantity: 12 },
      ],
    },
  };
}
