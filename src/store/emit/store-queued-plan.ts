import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import { noteRow } from "../../domain/base/note.ts";
import type { EmitPlan } from "../../domain/emit/plan-emit.ts";
import { fenceOf } from "../d1/fences.ts";
import { noteFence } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";
import type { ConfigRow } from "./configs.ts";
import { pausedFromResults, pausedStatements } from "./paused.ts";
import { type StoredPlan, storePlan } from "./store-plan.ts";

/** What there is of a queued emit, and what of it may be started. */
export interface StoredQueuedPlan extends Pick<StoredPlan, "paused"> {
  /** Its dispatches that are there and ongoing, by their ids. */
  readonly ongoing: ReadonlySet<string>;
}

/**
 * Stores the plan of a queued emit once, however often its message comes, also when what it stored has been purged since: a note on the
 * message is written with it, which outlives the purge. Its events were accepted, so the length of their chain is not asked.
 */
export async function storeQueuedPlan(
  d1: D1Database,
  { plan, config, now }: { plan: EmitPlan; config: ConfigRow; now: number },
): Promise<StoredQueuedPlan> {
  try {
    const { paused } = await storePlan(d1, { plan, config, before: [noteFence(d1, noteOf(plan, now))] });
    return { ongoing: new Set(plan.dispatches.map(({ id }) => id)), paused };
  } catch (error) {
    if (fenceOf(error) !== "messageStored") throw error;
    return await standing(d1, plan);
  }
}

function noteOf({ events }: EmitPlan, now: number) {
  const [first] = events;
  if (first === undefined) throw new Error("a queued emit without events");
  const detail = { events: events.length };
  return noteRow({ subjectId: SUBJECTS.queued, id: first.id, at: now, kind: "queued", by: "queue", reason: null, detail });
}

const SELECT_ONGOING = `
  SELECT dispatches.id FROM json_each(?1) AS named CROSS JOIN dispatches ON dispatches.id = named.value WHERE +status = 'ongoing'`;

async function standing(d1: D1Database, plan: EmitPlan): Promise<StoredQueuedPlan> {
  const select = d1.prepare(SELECT_ONGOING).bind(JSON.stringify(plan.dispatches.map(({ id }) => id)));
  const [found, ...paused] = await withStorage(d1, () => d1.batch<{ id: string }>([select, ...pausedStatements(d1, plan)]));
  return { ongoing: new Set(found?.results.map(({ id }) => id)), paused: pausedFromResults(paused) };
}
