import type { Load, Loaded } from "../../load.ts";
import { type Order, orderOf } from "../../order.ts";

interface DriverEnv {
  readonly SINK: { drain(): Promise<number[]> };
}

/**
 * A producer of a contender's, in a Worker beside it: `POST /` makes it emit, and answers with a {@link Loaded}; `POST /waits`
 * is how long what has been handled since it was last asked took from the producer to the destination, in milliseconds each.
 */
export function driverOf<Env extends DriverEnv>(
  accept: (env: Env, orders: readonly Order[], method: NonNullable<Load["method"]>) => Promise<unknown>,
): ExportedHandler<Env> {
  return {
    async fetch(request, env) {
      // Who waits for the stack gets; wrangler may do so again, later, of its own accord. That must not take any waits away.
      if (request.method === "GET") return new Response("ready");
      if (new URL(request.url).pathname === "/waits") return Response.json(await drained(env));
      const load: Load = await request.json();
      return Response.json(await drive(load, (orders) => accept(env, orders, load.method ?? "emit")));
    },
  };
}

async function drained({ SINK }: DriverEnv): Promise<number[]> {
  using waits = (await SINK.drain()) as number[] & Disposable;
  return [...waits];
}

async function drive(load: Load, accept: (orders: readonly Order[]) => Promise<unknown>): Promise<Loaded> {
  const ms: number[] = [];
  let started = 0;
  const one = async () => {
    while (started < load.calls) {
      const first = started++ * load.batch;
      const sentAt = Date.now();
      const answer = await accept(Array.from({ length: load.batch }, (_, at) => orderOf(first + at, load.fanOut, sentAt)));
      ms.push(Date.now() - sentAt);
      (answer as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();
      if (load.gapMs !== undefined) await scheduler.wait(load.gapMs);
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, one));
  return { ms };
}
