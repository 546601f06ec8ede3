import { setTimeout as sleep } from "node:timers/promises";
import type { EmitInput } from "flowhub";
import { plain } from "../../../tools/local/observer.ts";
import { openHubDatabase } from "../../hub-database.ts";
import { type MeteredHub, startMeteredHub } from "../metered/hub.ts";
import { type Meters, sumOfMeters } from "../metered/meters.ts";
import type { LocalState } from "../seed/seeded-state.ts";
import { WORKERS } from "../stack.ts";

/** Ids of what is in every hub that is measured, for what is about one thing. */
export interface Ids {
  readonly event: string;
  readonly dispatch: string;
}

/** A metered hub with a history, and with what is to be found in one of any size. */
export interface GrownHub extends MeteredHub {
  readonly stateDir: string;
  readonly ids: Ids;
  /** A hundred dispatches that wait for a day yet to come, each with its run. */
  readonly waiting: readonly string[];
}

/** In the state of a hub of test/bench. */
export async function startGrownHub({ stateDir }: LocalState, signal?: AbortSignal): Promise<GrownHub> {
  await using started = new AsyncDisposableStack();
  const metered = started.use(await startMeteredHub({ stateDir, configs: WORKERS, signal }));
  const ids = await oneSettled(metered);
  const waiting = await storeWaiting(metered);
  const all = started.move();
  return { ...metered, stateDir, ids, waiting, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const ORDER = { type: "order.placed", source: "bench", subject: "R-0", data: { order: "R-0", lines: [], total: 12.5, currency: "EUR" } };

/** Emits an event and waits until each of its dispatches is over. */
async function oneSettled({ hub, stack }: MeteredHub): Promise<Ids> {
  const [receipt] = plain(await hub.emit(ORDER));
  const [first] = receipt?.dispatches ?? [];
  if (receipt === undefined || first === undefined) throw new Error("The event is owed to nobody.");
  while (plain(await hub.listDispatches({ eventId: receipt.id, status: "ongoing" })).items.length > 0) {
    stack.broken.throwIfAborted();
    await sleep(50);
  }
  return { event: receipt.id, dispatch: first.id };
}

/** Owed to one destination. */
export const INVOICE: EmitInput = { type: "invoice.created", data: { order: "R-0", total: 12.5, currency: "EUR" } };

const OVERDUE = 100;

async function storeWaiting(metered: MeteredHub): Promise<string[]> {
  await metered.take();
  const receipts = plain(await metered.hub.emit(Array<EmitInput>(OVERDUE).fill({ ...INVOICE, delay: "30 days" })));
  await until(metered, ({ workflows }) => workflows.created >= OVERDUE, await metered.take());
  return receipts.flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
}

/** Makes what waits overdue, in the file: it is not, and will not be while anybody waits for it. */
export async function makeOverdue({ stateDir, waiting }: GrownHub): Promise<void> {
  using database = await openHubDatabase(stateDir);
  database.prepare("UPDATE dispatches SET check_at = 0 WHERE id IN (SELECT value FROM json_each(?))").run(JSON.stringify(waiting));
}

/** Waits until the hub has asked for enough, counted from `sofar`; returns all that it has asked for by then. */
async function until({ take, stack }: MeteredHub, isEnough: (meters: Meters) => boolean, sofar: Meters): Promise<Meters> {
  let meters = sofar;
  while (!isEnough(meters)) {
    stack.broken.throwIfAborted();
    meters = sumOfMeters(meters, await take());
  }
  return meters;
}

/** Waits until so many messages of the queue have been treated. */
export async function untilTreated(metered: MeteredHub, messages: number, sofar: Meters): Promise<Meters> {
  return await until(metered, ({ queue }) => queue.acknowledged >= messages, sofar);
}
