/** What is counted while a model runs. Nothing depends on it. */
export interface Counts {
  acceptedEvents: number;
  refusedEvents: number;
  accepted: number;
  settled: number;
  /** Dispatches that have no run yet. */
  unstarted: number;
  mostUnstarted: number;
  creations: number;
  messages: number;
  refusedMessages: number;
  undeliverable: number;
  rows: number;
  /** Dispatches taken by sweeps, repairs made, and those of them that the platform refused. */
  swept: number;
  repairs: number;
  refusedRepairs: number;
  /** Of first attempts: from the call to `emit()` to the call to the destination. */
  readonly latencies: { readonly at: number; readonly ms: number }[];
}

export function createCounts(): Counts {
  return {
    acceptedEvents: 0,
    refusedEvents: 0,
    accepted: 0,
    settled: 0,
    unstarted: 0,
    mostUnstarted: 0,
    creations: 0,
    messages: 0,
    refusedMessages: 0,
    undeliverable: 0,
    rows: 0,
    swept: 0,
    repairs: 0,
    refusedRepairs: 0,
    latencies: [],
  };
}
