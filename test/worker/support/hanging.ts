import type { RunParams } from "../../../schema/storage/messages.ts";

/** A call that nobody ever answers. */
export const hangs = async (): Promise<never> => await new Promise<never>(() => undefined);

/** A queue that takes a call and says nothing. */
export const hangingQueue = { send: hangs, sendBatch: hangs } as unknown as Queue;

/** An engine that says nothing, whatever it is asked. */
export const hangingEngine = { get: hangs, create: hangs, createBatch: hangs } as unknown as Workflow<RunParams>;

/** An engine that knows every run and says nothing of any. */
export const hangingRuns = {
  get: async () => ({ status: hangs, sendEvent: hangs, restart: hangs, terminate: hangs, delete: hangs, subscribe: hangs }),
  createBatch: hangs,
} as unknown as Workflow<RunParams>;

/** What came of some work, and whether it took at most so long: bounds are generous, since a machine may be busy. */
export async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const silence = scheduler.wait(ms).then(() => {
    throw new Error(`no end within ${ms} ms`);
  });
  return await Promise.race([work, silence]);
}
