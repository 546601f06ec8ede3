import type { EmitInput, EmitReceipt } from "flowhub";
import type { EmitCall } from "../history.ts";
import { inputOf, loadOf, type Planned } from "../load/load.ts";
import { weightOf } from "../load/rules.ts";
import { type Random, randomOf } from "../random.ts";
import type { Life } from "./life.ts";

/** Emits the load, a call at a time, and keeps what became of each. */
export interface Emitter {
  /** One call. `size`: events of a new batch; by default of many sizes. Never throws: a call that fails is one that is emitted again, or not. */
  readonly emit: (life: Life, size?: number) => Promise<void>;
  /** Dispatches that receipts promise, those of follow-ups included. */
  readonly accepted: () => number;
  readonly isDone: () => boolean;
  readonly calls: readonly EmitCall[];
}

/** Events in a call that repeats what was not acknowledged. */
const REPEATED_AT_ONCE = 100;
/** How often a call repeats keys that were acknowledged long ago. */
const NEEDLESS = 0.05;

export function emitterOf({ seed, dispatches }: { seed: number; dispatches: number }): Emitter {
  const load = loadOf(randomOf(seed, "load"));
  const random = randomOf(seed, "emitter");
  const calls: EmitCall[] = [];
  /** Keyed and not acknowledged: to be emitted until they are. */
  const unsure = new Map<string, Planned>();
  const known = new Map<string, Planned>();
  let accepted = 0;
  let underWay = 0;

  const missing = () => dispatches - accepted - underWay - weightOfAll([...unsure.values()]);
  const accept = (event: Planned) => {
    if (event.key !== null && known.has(event.key)) return;
    accepted += weightOf(event.kind);
    if (event.key === null) return;
    unsure.delete(event.key);
    known.set(event.key, event);
  };
  const miss = (event: Planned) => {
    if (event.key !== null && !known.has(event.key)) unsure.set(event.key, event);
  };
  return {
    calls,
    accepted: () => accepted,
    isDone: () => accepted >= dispatches,
    async emit(life, size) {
      const events = repeated(random, { unsure, known }) ?? load.batch(missing(), size);
      if (events.length === 0) return;
      const at = Date.now();
      const weight = weightOfAll(events.filter(({ key }) => key === null || !(unsure.has(key) || known.has(key))));
      underWay += weight;
      const outcome = await callEmit(life, events);
      underWay -= weight;
      calls.push({ at, answeredAt: Date.now(), events, outcome });
      for (const event of events) ("receipts" in outcome ? accept : miss)(event);
    },
  };
}

interface Keyed {
  readonly unsure: ReadonlyMap<string, Planned>;
  readonly known: ReadonlyMap<string, Planned>;
}

function repeated(random: Random, { unsure, known }: Keyed): Planned[] | undefined {
  if (unsure.size > 0) return [...unsure.values()].slice(0, REPEATED_AT_ONCE);
  return known.size > 0 && random.chance(NEEDLESS) ? random.sample([...known.values()], random.int(1, 5)) : undefined;
}

async function callEmit(life: Life, events: readonly Planned[]): Promise<EmitCall["outcome"]> {
  try {
    return { receipts: await emitOver(life, events.map(inputOf)) };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Emits through the producer. Throws what `emit()` threw, or what became of the connection. */
export async function emitOver(life: Life, events: readonly EmitInput[]): Promise<EmitReceipt[]> {
  return await life.call(async ({ PRODUCER }) => {
    const answer = await PRODUCER.fetch("https://producer.example/", { method: "POST", body: JSON.stringify(events) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text) as EmitReceipt[];
  });
}

function weightOfAll(events: readonly Planned[]): number {
  return events.reduce((sum, { kind }) => sum + weightOf(kind), 0);
}
