import { env } from "cloudflare:workers";
import { faultyD1, type TripFault } from "./faulty-d1.ts";

/** A database whose round trips fail as `faultOf` says, whatever they are about, counted from 1. */
export interface FailingD1 {
  readonly d1: D1Database;
  /** How many round trips there have been. */
  trips(): number;
}

export function failingD1(
  faultOf: (nth: number) => TripFault,
  { d1 = env.DB, message }: { d1?: D1Database; message?: string } = {},
): FailingD1 {
  let trips = 0;
  const failing = faultyD1(d1, {
    of: /./,
    faultOf: (nth) => {
      trips = nth;
      return faultOf(nth);
    },
    ...(message !== undefined && { message }),
  });
  return { d1: failing, trips: () => trips };
}

/** Something the hub does, in a world of its own, and what must be so afterwards. */
export interface Operation<World> {
  readonly prepare: () => Promise<World>;
  readonly run: (d1: D1Database, world: World) => Promise<unknown>;
  /** Throws when it is not so. `result` is what `run` returned. */
  readonly check: (world: World, result: unknown) => Promise<void>;
}

/** One fault: at which round trip, and which. */
export interface Fault {
  readonly nth: number;
  readonly fault: Exclude<TripFault, "none">;
}

/** How many round trips an operation takes when all goes well, and that all is well then. */
export async function tripsOf<World>({ prepare, run, check }: Operation<World>, d1: D1Database = env.DB): Promise<number> {
  const healthy = failingD1(() => "none", { d1 });
  const world = await prepare();
  await check(world, await run(healthy.d1, world));
  return healthy.trips();
}

export function faultsOf(trips: number): Fault[] {
  return Array.from({ length: trips }, (_, index) => index + 1).flatMap((nth) => [
    { nth, fault: "lost" as const },
    { nth, fault: "unheard" as const },
  ]);
}

/** Does the operation with each of its round trips lost once and unheard once, one world after the other. Returns what was wrong. */
export async function withEachTripFailing<World>(operation: Operation<World>): Promise<string[]> {
  const wrong: string[] = [];
  const trips = await tripsOf(operation);
  for (const { nth, fault } of faultsOf(trips)) {
    const world = await operation.prepare();
    const failing = failingD1((trip) => (trip === nth ? fault : "none"));
    try {
      await operation.check(world, await operation.run(failing.d1, world));
    } catch (error) {
      wrong.push(`trip ${nth} of ${trips} ${fault}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return wrong;
}
