import type { Load, Loaded } from "./load.ts";

/** Something that takes orders and delivers them, running on this machine with its producer and its destination. */
export interface Contender extends AsyncDisposable {
  /** Makes its producer emit; resolves when the last call has been answered. */
  readonly load: (load: Load) => Promise<Loaded>;
  /** How long what was handled since this was last asked took from the producer to the destination, in milliseconds each. */
  readonly waits: () => Promise<readonly number[]>;
  /** Dispatches that are accepted and not settled yet, as its storage has it. */
  readonly ongoing: () => Promise<number>;
  /**
   * The processes that all of it descends from: storage, hub, producer and destination. What belongs to it are these and their children and
   * theirs; not their process groups, as every process of PostgreSQL makes one of its own.
   */
  readonly roots: readonly number[];
  /** Where it keeps its state, all of it. */
  readonly stateDir: string;
}

export interface StartContender {
  /** Empty, and the contender's own. */
  readonly stateDir: string;
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
  /** Told what takes long and happens once: servers are installed. */
  readonly say?: ((line: string) => void) | undefined;
}
