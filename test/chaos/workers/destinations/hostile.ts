import type { HandleReply } from "flowhub";
import type { EventData } from "../../load/event-data.ts";
import { type Hostility, hostilityOf, WIDE_ITEMS } from "../../load/hostile.ts";

/** A reply that no destination should give. */
export async function hostileReply(data: EventData): Promise<HandleReply> {
  const hostility = hostilityOf(data);
  if (hostility === "megabytes thrown") throw new Error(`${hostility} ${"x".repeat(3_000_000)}`);
  if (hostility === "never") return await new Promise(() => setInterval(() => undefined, 60_000));
  return REPLIES[hostility](data) as HandleReply;
}

const follow = (data: unknown) => [{ type: "chaos.follow-up", data }];

const REPLIES: Readonly<Record<Exclude<Hostility, "megabytes thrown" | "never">, (data: EventData) => unknown>> = {
  holes: () => ({ status: "complete", emit: new Array(3) }),
  toJSON: () => ({ status: "complete", emit: follow(Object.assign([1], { toJSON: () => undefined })) }),
  "endless list": () => ({ status: "complete", emit: Object.assign([], { length: 2 ** 32 - 1 }) }),
  wide: ({ n }) => ({ status: "complete", emit: [{ type: "chaos.wide", data: { n, items: Array(WIDE_ITEMS).fill(0) } }] }),
  "odd complete": () => ({ status: "complete", reason: "done", code: 200 }),
  "odd failed": () => ({ status: "failed", retryable: false, reason: "card declined", code: 402 }),
  "unknown status": () => ({ status: "done" }),
};
