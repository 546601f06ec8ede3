/** Destinations of a shop. What an event says decides how they behave. */
import { type Delivery, Destination, type EmitInput, type HandleReply, type HubEvent } from "flowhub";

interface Order {
  readonly card?: "declined" | "declined once";
  readonly items?: readonly string[];
}

/** Charges cards. One that was declined once is taken when it is tried again by hand. */
export class Billing extends Destination {
  handle({ data, subject }: HubEvent, { dispatchId }: Delivery): HandleReply {
    const { card } = data as Order;
    const isRedrive = /-r\d+_/.test(dispatchId);
    if (card === "declined" || (card === "declined once" && !isRedrive)) throw new Error("card declined: insufficient funds");
    return { status: "complete", emit: [{ type: "invoice.sent", ...(subject !== undefined && { subject }), data: { paid: true } }] };
  }
}

export class Email extends Destination {
  handle(): HandleReply {
    return "complete";
  }
}

export class Warehouse extends Destination {
  handle({ data, type }: HubEvent): HandleReply {
    if (type.startsWith("stock.")) return { status: "failed", reason: "the warehouse answered 503" };
    return (data as Order).items?.includes("sold out") ? { status: "failed", reason: "sold out", retryable: false } : "complete";
  }
}

/** What an event asks its destination to say. */
interface Told {
  readonly fails?: string;
  readonly throws?: string;
  readonly emits?: EmitInput;
}

/** Says what the event asks it to. */
export class Analytics extends Destination {
  handle({ type, data }: HubEvent): HandleReply {
    const { fails, throws, emits } = (data ?? {}) as Told;
    if (fails !== undefined) return { status: "failed", reason: fails, retryable: false };
    if (throws !== undefined) throw new Error(throws);
    if (emits !== undefined) return { status: "complete", emit: [emits] };
    return type.startsWith("customer.") ? "ignored" : "complete";
  }
}
