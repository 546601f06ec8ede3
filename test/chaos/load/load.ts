import type { EmitInput } from "flowhub";
import type { Random } from "../random.ts";
import type { EventData } from "./event-data.ts";
import { type Kind, weightOf } from "./rules.ts";

/** An event that is to be emitted. */
export interface Planned {
  readonly n: number;
  readonly kind: Kind;
  readonly key: string | null;
  readonly delayMs: number;
  readonly data: EventData;
}

const SOURCE = "chaos";

/** Shares of the load. */
const SHARES: readonly (readonly [Kind, number])[] = [
  ["steady", 28],
  ["flaky", 14],
  ["slow", 9],
  ["hanging", 4],
  ["throwing", 7],
  ["ignoring", 6],
  ["refusing", 5],
  ["emitting", 9],
  ["late", 4],
  ["patient", 6],
  ["fan-out", 8],
  ["hostile", 12],
  ["pausable", 9],
];

/** A long back-off, to be disturbed in, is waited for once. */
const MOST_FAILURES: Partial<Record<Kind, number>> = { patient: 1 };

const BATCH_SIZES = [1, 1, 2, 3, 8, 20, 50];

/** An endless load: events in batches of many sizes, each for itself keyed or not, and delayed or not. */
export function loadOf(random: Random): { readonly batch: (maxDispatches: number, size?: number) => Planned[] } {
  const urn = SHARES.flatMap(([kind, share]) => Array<Kind>(share).fill(kind));
  let n = 0;
  const turns = new Map<Kind, number>();
  const event = (kind: Kind): Planned => {
    n += 1;
    const turn = turns.get(kind) ?? 0;
    turns.set(kind, turn + 1);
    const data = { n, turn, failures: random.int(1, MOST_FAILURES[kind] ?? 3), takesMs: random.int(1_000, 3_000) };
    const key = random.chance(0.5) ? `key-${n}` : null;
    return { n, kind, key, delayMs: random.chance(0.25) ? random.int(1, 20) * 1_000 : 0, data };
  };
  return {
    batch(maxDispatches, size = random.pick(BATCH_SIZES)) {
      const events: Planned[] = [];
      let room = maxDispatches;
      while (room > 0 && events.length < size) {
        const drawn = random.pick(urn);
        const kind = weightOf(drawn) <= room ? drawn : "steady";
        room -= weightOf(kind);
        events.push(event(kind));
      }
      return events;
    },
  };
}

export function inputOf({ kind, key, delayMs, data }: Planned): EmitInput {
  return {
    type: `chaos.${kind}`,
    source: SOURCE,
    data: { ...data },
    ...(key !== null && { key }),
    ...(delayMs > 0 && { delay: `${delayMs}ms` }),
  };
}
