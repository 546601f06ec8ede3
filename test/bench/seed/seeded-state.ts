import { cp } from "node:fs/promises";
import { HUB } from "../stack.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { prepareState } from "./prepare-state.ts";
import { type SeedOptions, seed } from "./seed.ts";

/** Where a hub that was started once has left an empty database, or the history in it. It goes with this. */
export interface LocalState extends AsyncDisposable {
  readonly stateDir: string;
}

export interface SeededStateOptions extends Pick<SeedOptions, "events" | "dispatches" | "days" | "seed"> {
  /** Takes this empty one's place: making one takes some seconds. */
  readonly empty?: LocalState | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The state of a hub of test/bench that has been at work for days, for `startStack()`. */
export async function seededState({ empty, signal, ...history }: SeededStateOptions): Promise<LocalState> {
  await using made = new AsyncDisposableStack();
  const { stateDir } = made.use(await (empty === undefined ? emptyState(signal) : copyOf(empty)));
  await seed({ stateDir, config: HUB, ...history });
  return until(made.move(), stateDir);
}

/** The state of one that nobody has used yet. */
export async function emptyState(signal?: AbortSignal): Promise<LocalState> {
  await using made = new AsyncDisposableStack();
  const { path: stateDir } = made.use(await temporaryDirectory("flowhub-seeded-"));
  await prepareState(stateDir, signal);
  return until(made.move(), stateDir);
}

async function copyOf(state: LocalState): Promise<LocalState> {
  await using made = new AsyncDisposableStack();
  const { path: stateDir } = made.use(await temporaryDirectory("flowhub-seeded-"));
  await cp(state.stateDir, stateDir, { recursive: true });
  return until(made.move(), stateDir);
}

function until(all: AsyncDisposableStack, stateDir: string): LocalState {
  return { stateDir, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
