import { emptyState, type LocalState, seededState } from "../seed/seeded-state.ts";
import { type Both, figuresOf, type GrowthFigures } from "./figures.ts";
import { type GrownHub, startGrownHub } from "./grown-hub.ts";
import { HOT_PATH } from "./operations/hot-path.ts";
import { LISTS } from "./operations/lists.ts";
import type { Operation, Sample } from "./operations/operation.ts";
import { PAGES } from "./operations/pages.ts";
import { storedSize } from "./stored-size.ts";

export interface GrowthOptions {
  /** 1,000 and 20,000 dispatches instead of 10,000 and 1,000,000. */
  readonly quick: boolean;
  readonly rounds?: number | undefined;
  /** Rounds before them that do not count: they pay for what is loaded and cached once. Rows are the same in them. */
  readonly warmUp?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told what it is at, a line at a time. */
  readonly say?: ((line: string) => void) | undefined;
}

interface History {
  readonly events: number;
  readonly dispatches: number;
}

const FULL: Both<History> = { small: { events: 4_000, dispatches: 10_000 }, large: { events: 400_000, dispatches: 1_000_000 } };
const QUICK: Both<History> = { small: { events: 400, dispatches: 1_000 }, large: { events: 8_000, dispatches: 20_000 } };
const ROUNDS = { full: 7, quick: 1 } as const;

/** What each thing a hub does costs when little is stored and when much is. */
export async function benchGrowth({ quick, signal, say = () => undefined, ...given }: GrowthOptions): Promise<GrowthFigures> {
  const { rounds = quick ? ROUNDS.quick : ROUNDS.full, warmUp = 1 } = given;
  await using started = new AsyncDisposableStack();
  const hubs = await startHubs(quick ? QUICK : FULL, { started, signal, say });
  const taken = [...HOT_PATH, ...LISTS, ...PAGES].map((operation): Taken => ({ operation, small: [], large: [] }));
  for (let round = 1 - warmUp; round <= rounds; round++) {
    for (const { operation, ...samples } of taken) {
      for (const size of ["small", "large"] as const) {
        const sample = await sampled(operation, { hub: hubs[size], size, signal });
        if (round > 0) samples[size].push(sample);
      }
    }
    say(`round ${round} of ${rounds}`);
  }
  const sizes = { small: await storedSize(hubs.small.stateDir), large: await storedSize(hubs.large.stateDir) };
  return { sizes, operations: taken.map(({ operation, ...samples }) => figuresOf(operation, samples)) };
}

interface Taken extends Both<Sample[]> {
  readonly operation: Operation;
}

interface Starting {
  /** Closes both. */
  readonly started: AsyncDisposableStack;
  readonly signal: AbortSignal | undefined;
  readonly say: (line: string) => void;
}

async function startHubs(histories: Both<History>, { started, signal, say }: Starting): Promise<Both<GrownHub>> {
  say("making an empty database");
  const empty = started.use(await emptyState(signal));
  const stateOf = async ({ events, dispatches }: History): Promise<LocalState> => {
    signal?.throwIfAborted();
    say(`writing ${events} events and ${dispatches} dispatches`);
    return started.use(await seededState({ empty, days: 7, seed: 1, events, dispatches, signal }));
  };
  const states = { small: await stateOf(histories.small), large: await stateOf(histories.large) };
  say("starting two hubs");
  const [small, large] = await Promise.all(
    [states.small, states.large].map(async (state) => started.use(await startGrownHub(state, signal))),
  );
  if (small === undefined || large === undefined) throw new Error("nothing was started");
  return { small, large };
}

interface Sampling {
  readonly hub: GrownHub;
  readonly size: keyof Both<unknown>;
  readonly signal: AbortSignal | undefined;
}

async function sampled({ name, sample }: Operation, { hub, size, signal }: Sampling): Promise<Sample> {
  signal?.throwIfAborted();
  try {
    return await sample(hub);
  } catch (cause) {
    hub.stack.broken.throwIfAborted();
    throw new Error(`The ${size} hub could not be measured: ${name}.`, { cause });
  }
}
