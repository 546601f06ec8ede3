import { randomUUID } from "node:crypto";
import type { EmitInput } from "flowhub";
import { type GrownHub, INVOICE, makeOverdue, untilTreated } from "../grown-hub.ts";
import { BOUNDS } from "./bounds.ts";
import { type Operation, repeated, type Sample, sampleCalls, sampleOf } from "./operation.ts";

const CALLS = 10;

/** What the hub does for each event, and each minute. */
export const HOT_PATH: readonly Operation[] = [
  emitting("emit", () => LATER),
  emitting("emit with key and subject", keyed),
  { name: "emit of a duplicate", kind: "hot path", sample: emitDuplicates },
  { name: "attempt", kind: "hot path", sample: deliver },
  {
    name: "sweep of nothing",
    kind: "hot path",
    bound: BOUNDS.sweep,
    sample: (hub) =>
      sampleCalls(
        hub,
        repeated(CALLS, () => SWEEP),
      ),
  },
  { name: "sweep of 100 overdue", kind: "hot path", bound: BOUNDS.sweepOfHundred, sample: sweepOverdue },
];

/** Owed to one destination, a month from now: how it is stored is measured, and nothing goes on behind it. */
const LATER: EmitInput = { ...INVOICE, delay: "30 days" };

/** A key of its own, and before the seeded ones: looked for behind the last of an index, a key costs a row less. */
function keyed(): EmitInput {
  return { ...LATER, source: "bench", subject: "R-0", key: `A-${randomUUID()}` };
}

function emitting(name: string, input: () => EmitInput): Operation {
  const sample = async (hub: GrownHub) => {
    const { ms, meters } = await hub.timed(repeated(CALLS, () => ({ method: "emit", given: [input()] })));
    await untilTreated(hub, CALLS, meters);
    return sampleOf({ ms, meters }, CALLS);
  };
  return { name, kind: "hot path", sample };
}

async function emitDuplicates(hub: GrownHub): Promise<Sample> {
  const call = { method: "emit", given: [keyed()] } as const;
  const { meters } = await hub.timed([call]);
  await untilTreated(hub, 1, meters);
  return await sampleCalls(
    hub,
    repeated(CALLS, () => call),
  );
}

/** From an emit to the end of the run. */
async function deliver(hub: GrownHub): Promise<Sample> {
  const { ms, meters } = await hub.delivered(INVOICE);
  return sampleOf({ ms, meters: await untilTreated(hub, 1, meters) });
}

const SWEEP = { method: "sweep", given: [] } as const;

/** Rows are those of the sweep and of the repair that follows it from the queue, time is that of the sweep. */
async function sweepOverdue(hub: GrownHub): Promise<Sample> {
  await makeOverdue(hub);
  const { ms, meters } = await hub.timed([SWEEP]);
  return sampleOf({ ms, meters: await untilTreated(hub, 1, meters) });
}
