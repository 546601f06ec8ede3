import { contest } from "./contest/contest.ts";
import { countAll } from "./counts/bench.ts";
import type { Figures, Part } from "./figures.ts";
import { PARTS } from "./figures.ts";
import { benchGrowth } from "./growth/bench.ts";
import { benchRouting } from "./routing/bench.ts";

export interface MeasureOptions {
  readonly parts: readonly Part[];
  readonly quick: boolean;
  readonly interrupted: AbortSignal;
  /** Told what it is at, a line at a time. */
  readonly say: (line: string) => void;
}

type Measuring = { readonly [Name in Part]: (options: Omit<MeasureOptions, "parts">) => Promise<Figures[Name]> };

const MEASURE: Measuring = {
  counts: ({ interrupted, say }) => countAll({ signal: interrupted, say }),
  routing: async ({ quick, say }) => benchRouting({ quick, say }),
  growth: ({ quick, interrupted, say }) => benchGrowth({ quick, signal: interrupted, say }),
  contest,
};

/** Measures the parts that are asked for, one after the other. */
export async function measure({ parts, say, ...options }: MeasureOptions): Promise<Partial<Figures>> {
  const figures: Partial<Figures> = {};
  for (const part of PARTS.filter((known) => parts.includes(known))) {
    const startedAt = performance.now();
    Object.assign(figures, { [part]: await MEASURE[part]({ ...options, say: (line) => say(`${part}: ${line}`) }) });
    say(`${part}: done in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  }
  return figures;
}
