/** US$ at list price, beyond what a plan includes. */
export interface PeerPrice {
  /** For a million events taken in. */
  readonly perEvent: number;
  /** For a million deliveries, each of one event to one destination. */
  readonly perDelivery: number;
  /** What a page says of an attempt after the first. */
  readonly retry: "said both ways" | "not said";
}

/** Somebody who delivers events and can be rented. */
export interface Peer {
  readonly name: string;
  /** `undefined` where no page was found that says it. */
  readonly price: PeerPrice | undefined;
  /** Where it is said; without a price, where one was looked for. */
  readonly page: string;
  /** The month in which the page said it; `undefined` where the copy that was read has no date. */
  readonly dated: string | undefined;
  /** What else there is to know, in a line. */
  readonly note: string;
}

/** Looked up in November 2026, in stored copies of the pages. */
export const PEERS: readonly Peer[] = [
  {
    name: "AWS EventBridge",
    price: { perEvent: 1, perDelivery: 0.2, retry: "not said" },
    page: "https://aws.amazon.com/eventbridge/pricing/",
    // The copy of AWS's page is undated; cloudburn.io/blog/amazon-eventbridge-pricing gives the same prices on 2026-03-13.
    dated: "2026-03",
    note: "custom events of up to 64 KB to API destinations, which have 5 s to answer; a delay is the Scheduler's, $1.00/M more",
  },
  {
    name: "Upstash QStash",
    price: { perEvent: 0, perDelivery: 10, retry: "said both ways" },
    // upstash.com/pricing/qstash.md says "retries are free", upstash.com/docs/qstash/overall/pricing.md "each retry is counted as an additional message".
    page: "https://upstash.com/pricing/qstash",
    dated: undefined,
    note: "$1 for 100,000 messages, one for each endpoint",
  },
  {
    name: "Hookdeck Event Gateway",
    price: { perEvent: 0, perDelivery: 10, retry: "not said" },
    page: "https://hookdeck.com/pricing",
    // Quoted from the page of 2026-09-20 by github.com/api-evangelist/hookdeck.
    dated: "2026-09",
    note: "$1.00 for 100,000 events, as low as $0.33; plans from $39 a month",
  },
  {
    name: "Inngest",
    price: undefined,
    page: "https://www.inngest.com/docs/durable-execution/limits",
    dated: undefined,
    note: "billed by executions: a run is one and each of its steps another; the page of rates was not found",
  },
  {
    name: "Restate Cloud",
    price: undefined,
    page: "https://docs.restate.dev/cloud/getting-started",
    dated: undefined,
    note: "has a free tier; the page of prices was not found",
  },
];

/** US$ for a million events to so many destinations. */
export function peerCost({ perEvent, perDelivery }: PeerPrice, fanOut: number): number {
  return perEvent + fanOut * perDelivery;
}
