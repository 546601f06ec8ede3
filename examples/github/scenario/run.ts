import { randomBytes } from "node:crypto";
import type { DispatchView } from "flowhub";
import type { Bindings } from "./bindings.ts";
import { sampleDeliveries } from "./deliveries.ts";
import { emitAll } from "./emit-all.ts";
import { type Expectation, expectationOf } from "./expectation.ts";
import { runReader } from "./read-run.ts";
import { isSettled, untilSettled } from "./until-settled.ts";
import { unexplainedOf } from "./verdict.ts";

/** What became of a run. */
export interface Report {
  readonly summary: Summary;
  readonly dispatches: readonly DispatchView[];
  /** What did not go as it should have, in words. */
  readonly reasons: readonly string[];
}

export interface Summary {
  /** Stored, follow-ups included. */
  readonly events: number;
  readonly dispatches: number;
  readonly settled: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly unexplained: number;
  readonly seconds: number;
}

/** Told how far a run is. */
export interface Progress {
  readonly start: (expected: Expectation & { deliveries: number }) => void;
  readonly accepted: () => void;
  readonly looked: (dispatches: readonly DispatchView[]) => void;
}

/** Sends every sample delivery and waits until all that is owed has settled. */
export async function runScenario(
  { PRODUCER, HUB }: Bindings,
  { signal, progress }: { signal: AbortSignal; progress: Progress },
): Promise<Report> {
  const startedAt = Date.now();
  const deliveries = sampleDeliveries(randomBytes(8).toString("hex"));
  const expected = expectationOf(deliveries);
  progress.start({ ...expected, deliveries: deliveries.length });

  const accepted = await emitAll(deliveries, { producer: PRODUCER, signal, onAccepted: progress.accepted });
  const reader = runReader(HUB, { from: new Date(startedAt), emitted: new Set(accepted.map(({ receipt }) => receipt.id)) });
  await untilSettled(reader, { expected: expected.dispatches, signal, onLook: progress.looked });

  const [events, dispatches] = await Promise.all([reader.events(), reader.dispatches()]);
  const reasons = unexplainedOf(accepted, { events, dispatches });
  return {
    dispatches,
    reasons,
    summary: {
      events: events.length,
      dispatches: dispatches.length,
      settled: dispatches.filter(isSettled).length,
      byStatus: countBy(dispatches.map(({ status }) => status)),
      unexplained: reasons.length,
      seconds: Math.round((Date.now() - startedAt) / 100) / 10,
    },
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Array.from(
      Map.groupBy(names, (name) => name),
      ([name, { length }]) => [name, length],
    ),
  );
}
