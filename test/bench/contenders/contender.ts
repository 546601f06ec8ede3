import type { Load, Loaded } from "./load.ts";

/** Something that takes orders and delivers them, running on this machine with its producer and its destination. */
export interface Contender extends AsyncDisposable {
  /** Makes its producer emit; resolves when the last call has been answered. */
  readonly load: (load: Load) => Promise<Loaded>;
  /** How long what was handled since this was last asked took from the producer to the destination, in milliseconds each. */
  readonly waits: () => Promise<readonly number[]>;
  /** Dispatches that are accepted and not settled yet, as its storage has it. */
  readonly ongoing: () => Promise<number>;
  /** The process groups that all of it runs in: storage, hub, producer and destination. */
  readonly groups: readonly number[];
  /** Where it keeps its state, all of it. */
  readonly stateDir: string;
}

export interface StartContender {
  /** Empty, and the contender's own. */
  readonly stateDir: string;
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
}
