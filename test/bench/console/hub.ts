import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventHubApi } from "flowhub";
import { plain } from "../../../examples/local/observer.ts";
import { type Stack, startStack } from "../../../examples/local/stack.ts";
import { prepareState } from "../seed/prepare-state.ts";
import { seed } from "../seed/seed.ts";
import { HUB, OBSERVER, WORKERS } from "../stack.ts";
import type { Ids } from "./pages.ts";

/** A running hub whose console is measured. Its state goes with it. */
export interface MeasuredHub extends AsyncDisposable {
  readonly url: string;
  readonly ids: Ids;
}

export interface Filling {
  readonly events: number;
  readonly dispatches: number;
}

/** Starts a hub with one event, and with a history when there is to be one. */
export async function startHub(filling: Filling | undefined, interrupted: AbortSignal): Promise<MeasuredHub> {
  await using started = new AsyncDisposableStack();
  const stateDir = await mkdtemp(join(tmpdir(), "flowhub-bench-"));
  started.defer(() => rm(stateDir, { recursive: true, force: true, maxRetries: 10 }));
  if (filling !== undefined) {
    await prepareState(stateDir, interrupted);
    await seed({ stateDir, config: HUB, days: 7, seed: 1, ...filling });
  }
  // Nobody calls the cron: the hub is to do nothing but answer.
  const stack = started.use(await startStack({ configs: WORKERS, stateDir, cronEveryMs: 0, signal: interrupted }));
  const ids = await oneSettled(stack);
  const all = started.move();
  return { url: stack.url, ids, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const ORDER = { type: "order.placed", source: "bench", subject: "R-0", data: { order: "R-0", lines: [], total: 12.5, currency: "EUR" } };

/** Emits an event and waits until each of its dispatches is over. */
async function oneSettled(stack: Stack): Promise<Ids> {
  await using observer = await stack.observe<{ HUB: EventHubApi }>({ config: OBSERVER, ready: ({ HUB }) => HUB.health() });
  const { HUB } = observer.bindings;
  const [receipt] = plain(await HUB.emit(ORDER));
  const [first] = receipt?.dispatches ?? [];
  if (receipt === undefined || first === undefined) throw new Error("The event is owed to nobody.");
  while (plain(await HUB.listDispatches({ eventId: receipt.id, status: "ongoing" })).items.length > 0) {
    stack.broken.throwIfAborted();
    await sleep(100);
  }
  return { event: receipt.id, dispatch: first.id };
}
