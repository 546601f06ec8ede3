import type { DispatchQuery, DispatchView, EventHubApi } from "flowhub";
import { plain } from "../../tools/local/observer.ts";
import { startStack } from "../../tools/local/stack.ts";
import { seededState } from "../bench/seed/seeded-state.ts";
import { OBSERVER, WORKERS } from "../bench/stack.ts";
import { markSwept } from "../hub-database.ts";
import type { Seen } from "./pages.ts";

/** A hub that looks as if it had been at work for a day, to be photographed. */
export interface SeededHub extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen;
}

export async function startSeededHub(): Promise<SeededHub> {
  await using started = new AsyncDisposableStack();
  const { stateDir } = started.use(await seededState({ events: 2_000, dispatches: 5_000, days: 1, seed: 2 }));
  const stack = started.use(await startStack({ configs: WORKERS, stateDir, cronEveryMs: 0 }));
  await using observer = await stack.observe<{ HUB: EventHubApi }>({ config: OBSERVER, ready: ({ HUB: hub }) => hub.health() });
  await markSwept(stateDir);
  const seen = await lookFor(observer.bindings.HUB);
  const all = started.move();
  return { url: stack.url.replace(/\/$/, ""), seen, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function lookFor(hub: EventHubApi): Promise<Seen> {
  const one = async (query: DispatchQuery, isIt: (dispatch: DispatchView) => boolean) => {
    const found = plain(await hub.listDispatches({ ...query, limit: 200 })).items.find(isIt);
    if (found === undefined) throw new Error(`nothing like ${JSON.stringify(query)} has been seeded`);
    return found;
  };
  const failed = await one({ status: "failed" }, ({ attempts, redriveOf }) => attempts > 2 && redriveOf === undefined);
  const waiting = await one({ status: "ongoing" }, ({ attempts }) => attempts > 0);
  const scheduled = await one({ status: "ongoing" }, ({ attempts }) => attempts === 0);
  const [bulk] = plain(await hub.listBulks());
  if (bulk === undefined) throw new Error("no bulk operation has been seeded");
  return { order: { id: failed.eventId }, failed: failed.id, waiting: waiting.id, scheduled: scheduled.id, bulk: bulk.id };
}
