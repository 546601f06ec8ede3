import * as z from "zod";
import type { StoredEvent } from "./tables.ts";

/**
 * What is said between the parts of the hub while it may be redeployed. A run can wake a year later in newer code:
 * shapes and step names only ever grow, and what older code does not know it leaves alone.
 */

/** Params of a run. Ids travel, payloads stay in the database. */
export const runParams = z.object({ id: z.string(), dueAt: z.number() });
export type RunParams = z.infer<typeof runParams>;

/** Params of the run of a bulk operation. */
export interface BulkParams {
  readonly id: string;
}

/** Runs to be created, or started over where they ended as `HELD`. */
const startMessage = z.object({ kind: z.literal("start"), runs: z.array(runParams).min(1) });

/** What a run returns that found its dispatch held back: the dispatch is ongoing, and whoever releases it starts the run over. */
export const HELD = "held";

/** A dispatch that the sweep has taken. `checkAt` is what the sweep set: whoever finds it changed is not the one to repair it. */
export const overdueDispatch = z.object({ id: z.string(), checkAt: z.number() });
export type OverdueDispatch = z.infer<typeof overdueDispatch>;

/** Dispatches whose run is to be compared with what is stored. */
const reconcileMessage = z.object({ kind: z.literal("reconcile"), dispatches: z.array(overdueDispatch).min(1) });

/** An event that waits on the queue as it is to be stored. One with a key never does. */
interface QueuedEvent extends StoredEvent {
  readonly key: null;
  /** When the event itself asks to be delivered: its `at` or `delay`. */
  readonly notBefore?: number | undefined;
}

/** A column that is added to events is added here as one that older messages may lack. */
const queuedEvent = z.object({
  id: z.string(),
  type: z.string(),
  source: z.string().nullable(),
  subject: z.string().nullable(),
  time: z.number(),
  data: z.string(),
  key: z.null(),
  correlationId: z.string(),
  causationId: z.string().nullable(),
  depth: z.number(),
  configVersion: z.string(),
  extensions: z.string().nullable().default(null),
  notBefore: z.number().optional(),
}) satisfies z.ZodType<QueuedEvent>;

/** Events that the database would not take when they were emitted, as they are to be stored: rows of the tables, and the configuration that routed them. */
const emitMessage = z.object({
  kind: z.literal("emit"),
  plan: z.object({
    events: z.array(queuedEvent).min(1),
    dispatches: z.array(
      z.object({
        id: z.string(),
        eventId: z.string(),
        route: z.string(),
        destination: z.string(),
        policy: z.string(),
        dueAt: z.number(),
        checkAt: z.number(),
      }),
    ),
  }),
  config: z.object({ version: z.string(), body: z.string(), firstSeenAt: z.number() }),
});
export type EmitMessage = z.infer<typeof emitMessage>;

/** A message on the dispatch queue. */
export const dispatchMessage = z.discriminatedUnion("kind", [startMessage, reconcileMessage, emitMessage]);
export type DispatchMessage = z.infer<typeof dispatchMessage>;

/** Steps of a run, by name. That which writes an answer down is named for its attempt, so that a restart can name it without asking. */
export const STEP = { sleep: "until due", deliver: "deliver", record: (attempt: number) => `record ${attempt}` } as const;

/** Steps of a bulk operation: a piece each, and its end. */
export const BULK_STEP = { piece: (ordinal: number) => `piece ${ordinal}`, end: "end" } as const;
