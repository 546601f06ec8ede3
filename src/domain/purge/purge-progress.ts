import { Fault } from "../../../schema/faults.ts";
import type { Leaving } from "../../../schema/storage/retention.ts";
import type { Position } from "../base/cursor.ts";

/** Rows that leave with their own age, each kind in a stage of its own. */
export type AgedStage = Leaving<"with age">;

/** A stage of a purge: chains of events with all that is theirs, or a kind of rows that leave with their own age. */
export type PurgeStage = "chains" | AgedStage;

/** How far a purge is: the stage, and the key of the last row that it has dealt with, empty where the stage begins. */
export interface PurgeProgress<Stage extends PurgeStage = PurgeStage> {
  readonly stage: Stage;
  readonly after: readonly string[];
}

/** The stage after each. */
const NEXT = {
  chains: "notes.undeliverable",
  "notes.undeliverable": "bulks",
  bulks: "notes.destination",
  "notes.destination": "notes.queued",
  "notes.queued": undefined,
} as const satisfies Record<PurgeStage, AgedStage | undefined>;

export const START_OF_PURGE: PurgeProgress<"chains"> = { stage: "chains", after: [] };

/** Lists the stages of aged rows that are left: this one from where it is, if it is one, and later ones whole. */
export function agedAhead(progress: PurgeProgress): PurgeProgress<AgedStage>[] {
  const next = NEXT[progress.stage];
  return [...(isAged(progress) ? [progress] : []), ...(next === undefined ? [] : agedAhead({ stage: next, after: [] }))];
}

export function positionOf({ stage, after }: PurgeProgress): Position {
  return [stage, ...after];
}

/** Reads progress from the position in a cursor. Throws `cursor.invalid` for a stage that is not known. */
export function progressAt([first, ...after]: Position): PurgeProgress {
  const stage = Object.keys(NEXT).find((known): known is PurgeStage => known === first);
  if (stage === undefined) throw new Fault("cursor.invalid", "The cursor is not one of a purge by this version of the hub.");
  return { stage, after: after.map(String) };
}

function isAged(progress: PurgeProgress): progress is PurgeProgress<AgedStage> {
  return progress.stage !== "chains";
}
