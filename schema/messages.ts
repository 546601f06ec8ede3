import * as z from "zod";

/**
 * What is said between the parts of the hub while it may be redeployed. A run can wake a year later in newer code:
 * shapes and step names only ever grow, and what older code does not know it leaves alone.
 */

/** Params of a run. Ids travel, payloads stay in the database. */
export const runParams = z.object({ id: z.string(), dueAt: z.number() });
export type RunParams = z.infer<typeof runParams>;

/** A message on the dispatch queue. */
export const dispatchMessage = z.object({ kind: z.literal("start"), runs: z.array(runParams).min(1) });
export type DispatchMessage = z.infer<typeof dispatchMessage>;

/** Steps of a run, by name. */
export const STEP = { sleep: "until due", deliver: "deliver", record: "record" } as const;
