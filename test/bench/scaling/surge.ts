import { MINUTE_MS, PURGE, SECOND_MS } from "../../../schema/limits.ts";
import { attemptsOf, idsOfMessage } from "./capacity.ts";
import type { SurgeFigure } from "./figures.ts";
import { AS_IT_IS, type Mended } from "./hub.ts";
import type { Load } from "./load.ts";
import { PLATFORM, ROWS } from "./platform.ts";
import { type Course, simulate } from "./simulate.ts";
import { percentile, scenarioOf, settledPerSecond } from "./steady.ts";

/** The hub as it is, with a sweep it once had, and as it was. */
export const HUBS: Readonly<Record<SurgeFigure["hub"], Mended>> = {
  "as it is": AS_IT_IS,
  "a sweep of 10,000": { merge: true, sweepPages: 10 },
  "a sweep of 10,000, refused one by one": { merge: false, sweepPages: 10 },
};

export interface Surge {
  readonly hub: SurgeFigure["hub"];
  readonly load: Load;
  readonly perSecond: number;
  readonly surgePerSecond: number;
  readonly surgeMs: number;
  readonly afterMs: number;
  readonly seed: number;
}

const BEFORE_MS = MINUTE_MS;

/** A minute as always, the surge, and as always again. */
export function surgeOf(surge: Surge): SurgeFigure {
  const { hub, load, perSecond, surgePerSecond, surgeMs, afterMs, seed } = surge;
  const k = load.dispatchesPerEvent;
  const phases = [
    { forMs: BEFORE_MS, eventsPerSecond: perSecond / k },
    { forMs: surgeMs, eventsPerSecond: surgePerSecond / k },
    { forMs: afterMs, eventsPerSecond: perSecond / k },
  ];
  const course = simulate(scenarioOf({ seed, load, phases, mended: HUBS[hub] }));
  const last = course.samples.at(-1);
  if (last === undefined) throw new Error("A surge takes longer than a second.");
  const { counts } = last;
  const waits = course.latencies.map(({ ms }) => ms);
  return {
    ...{ hub, perSecond, surgePerSecond, surgeMs, eventsPerCall: load.eventsPerCall, longestDatabaseWaitMs: last.longestWaitMs },
    ...{ refusedEvents: counts.refusedEvents, unstartedAtEnd: counts.unstarted },
    ...{ swept: counts.swept, repairs: counts.repairs, refusedRepairs: counts.refusedRepairs },
    unstartedAfterSurge: course.samples.find(({ atMs }) => atMs >= BEFORE_MS + surgeMs)?.counts.unstarted ?? 0,
    drainedMs: drainedMs(course, BEFORE_MS + surgeMs, 3 * perSecond),
    settledPerSecond: settledPerSecond(course.samples, last.atMs - 3 * MINUTE_MS),
    ...{ p50Ms: percentile(waits, { share: 0.5, of: counts.accepted }), p95Ms: percentile(waits, { share: 0.95, of: counts.accepted }) },
    mostMessagesPerSecond: mostMessages(course),
    extraQueueOperations:
      PLATFORM.operationsPerMessage * (counts.messages - counts.accepted / idsOfMessage({ executor: "workflow" }, load)),
    extraRows: counts.rows - rowsOf(counts, load),
  };
}

/** Rows without any repair. */
function rowsOf({ acceptedEvents, accepted, settled }: Course["samples"][number]["counts"], load: Load): number {
  const failures = settled * (attemptsOf(load) - 1);
  const purged = Math.floor(settled / (PURGE.events * load.dispatchesPerEvent)) * PURGE.events;
  const kept = acceptedEvents * ROWS.event + accepted * ROWS.dispatch + settled * ROWS.complete + failures * ROWS.failedAttempt;
  return kept + purged * ROWS.purge;
}

function drainedMs({ samples }: Course, fromMs: number, most: number): number | null {
  const drained = samples.find(({ atMs, counts }) => atMs >= fromMs && counts.unstarted <= most);
  return drained === undefined ? null : drained.atMs - fromMs;
}

function mostMessages({ samples }: Course): number {
  const rates = samples.map(({ atMs, counts }, nth) => {
    const before = samples[nth - 1];
    return before === undefined ? 0 : ((counts.messages - before.counts.messages) * SECOND_MS) / (atMs - before.atMs);
  });
  return Math.max(...rates);
}
