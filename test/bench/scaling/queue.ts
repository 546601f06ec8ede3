import { BATCH, DISPATCH_REDELIVERY, redeliveryDelay } from "../../../schema/deployment.ts";
import type { Agenda } from "./agenda.ts";
import { createAllowance } from "./allowance.ts";
import type { Counts } from "./counts.ts";
import type { Dispatch } from "./dispatch.ts";
import { PLATFORM, WAITS } from "./platform.ts";

/** A message of the hub. `taken`: how the sweep left each dispatch. */
export type Message = { tries: number } & (
  | { readonly kind: "start"; readonly dispatches: readonly Dispatch[] }
  | { readonly kind: "reconcile"; readonly taken: readonly { readonly dispatch: Dispatch; readonly checkAt: number }[] }
);

/** A queue with its consumer. */
export interface DispatchQueue {
  /** `false`: refused, too many messages a second. */
  readonly send: (message: Message, delayMs?: number) => boolean;
  /** Gives a message back that was delivered. */
  readonly retry: (message: Message) => void;
}

/** `consume` has a batch and calls `done` when it is through with it. */
export type Consume = (batch: readonly Message[], done: () => void) => void;

export interface QueueParams {
  readonly agenda: Agenda;
  readonly random: () => number;
  readonly counts: Counts;
  readonly consume: Consume;
  readonly giveUpOn: (message: Message) => void;
}

/** Delivered messages are let go so many at a time. */
const KEPT = 10_000;

/** Messages arrive at whole multiples of this: there are many of them. */
const TICK_MS = 10;

export function createQueue({ agenda, random, counts, consume, giveUpOn }: QueueParams): DispatchQueue {
  const rate = createAllowance(PLATFORM.messagesPerSecond);
  let ready: Message[] = [];
  let first = 0;
  let consumers = 0;

  const deliver = (least: number) => {
    while (ready.length - first >= least && consumers < PLATFORM.consumers) {
      const batch = ready.slice(first, first + BATCH.messages);
      first += batch.length;
      if (first === ready.length || first > KEPT) {
        ready = ready.slice(first);
        first = 0;
      }
      consumers++;
      consume(batch, () => {
        consumers--;
        deliver(1);
      });
    }
  };
  let isWaiting = false;
  const waitForBatch = () => {
    if (isWaiting) return;
    isWaiting = true;
    agenda.at(agenda.now() + WAITS.batchMs, () => {
      isWaiting = false;
      deliver(1);
    });
  };
  const arrive = (message: Message) => {
    ready.push(message);
    if (consumers === 0) deliver(1);
    else if (ready.length - first >= BATCH.messages) deliver(BATCH.messages);
    else waitForBatch();
  };
  const onTheWay = new Map<number, Message[]>();
  const enter = (message: Message, delayMs: number) => {
    const at = Math.ceil((agenda.now() + delayMs + random() * WAITS.deliveryMs) / TICK_MS) * TICK_MS;
    const together = onTheWay.get(at);
    if (together !== undefined) {
      together.push(message);
      return;
    }
    const messages = [message];
    onTheWay.set(at, messages);
    agenda.at(at, () => {
      onTheWay.delete(at);
      for (const arrived of messages) arrive(arrived);
    });
  };
  return {
    send: (message, delayMs = 0) => {
      if (rate.left(agenda.now()) < 1) {
        counts.refusedMessages++;
        return false;
      }
      rate.take(1);
      counts.messages++;
      enter(message, delayMs);
      return true;
    },
    retry: (message) => {
      message.tries++;
      if (message.tries > DISPATCH_REDELIVERY.maxRetries) return giveUpOn(message);
      enter(message, redeliveryDelay(DISPATCH_REDELIVERY, message.tries) * 1_000);
    },
  };
}
