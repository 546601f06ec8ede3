import { WorkerEntrypoint } from "cloudflare:workers";
import { type Delivery, Destination, type HandleReply, type HubEvent } from "flowhub";
import type { EventData } from "../../load/event-data.ts";
import { hostilityOf } from "../../load/hostile.ts";
import type { LedgerApi } from "../api.ts";
import { ledgerPage, onLedger, prepareLedger } from "../ledger.ts";
import { hostileReply } from "./hostile.ts";

/** A destination that keeps a ledger. What each is to do is a rule of the attempt and the event alone: see load/rules.ts. */
abstract class Booked extends Destination<DestinationsEnv> {
  abstract answer(data: EventData, attempt: number): HandleReply | Promise<HandleReply>;

  override async handle(event: HubEvent, delivery: Delivery): Promise<HandleReply> {
    return await onLedger(this.env.LEDGER, { event, delivery }, () => this.answer(event.data as unknown as EventData, delivery.attempt));
  }
}

export class Steady extends Booked {
  override answer(): HandleReply {
    return "complete";
  }
}

export class Flaky extends Booked {
  override answer({ failures }: EventData, attempt: number): HandleReply {
    return attempt <= failures ? { status: "failed", reason: `failure ${attempt} of ${failures}` } : "complete";
  }
}

export class Slow extends Booked {
  override async answer({ takesMs }: EventData): Promise<HandleReply> {
    await scheduler.wait(takesMs);
    return "complete";
  }
}

export class Hanging extends Booked {
  override async answer(_data: EventData, attempt: number): Promise<HandleReply> {
    if (attempt === 1) await scheduler.wait(600_000);
    return "complete";
  }
}

export class Throwing extends Booked {
  override answer(): HandleReply {
    throw new TypeError("thrown on purpose");
  }
}

export class Ignoring extends Booked {
  override answer(): HandleReply {
    return "ignored";
  }
}

export class Refusing extends Booked {
  override answer(): HandleReply {
    return { status: "failed", reason: "refused on purpose", retryable: false };
  }
}

export class Emitting extends Booked {
  override answer({ n }: EventData): HandleReply {
    return { status: "complete", emit: [1, 2].map((part) => ({ type: "chaos.follow-up", data: { n, part } })) };
  }
}

export class Pausable extends Booked {
  override answer(): HandleReply {
    return "complete";
  }
}

export class Hostile extends Destination<DestinationsEnv> {
  /** The ledger keeps the name of the reply: what it is cannot always be written. */
  override async handle(event: HubEvent, delivery: Delivery): Promise<HandleReply> {
    const data = event.data as unknown as EventData;
    return await onLedger(
      this.env.LEDGER,
      { event, delivery },
      () => hostileReply(data),
      () => hostilityOf(data),
    );
  }
}

export class Ledger extends WorkerEntrypoint<DestinationsEnv> implements LedgerApi {
  async prepare(): Promise<void> {
    await prepareLedger(this.env.LEDGER);
  }

  async calls(after: number): Promise<string> {
    return await ledgerPage(this.env.LEDGER, after);
  }
}

export default {
  fetch: () => new Response("destinations"),
};
