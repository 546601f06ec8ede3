import { type Spread, spreadOf } from "../spread.ts";
import type { Operation, Sample } from "./operations/operation.ts";
import type { StoredSize } from "./stored-size.ts";

/** The same of a small hub and of a large one. */
export interface Both<Value> {
  readonly small: Value;
  readonly large: Value;
}

export interface GrowthFigures {
  readonly sizes: Both<StoredSize>;
  readonly operations: readonly OperationFigures[];
}

/** What an operation took. Rows and round trips are the most of any round. */
export interface OperationFigures extends Pick<Operation, "name" | "kind" | "bound"> {
  readonly rowsRead: Both<number>;
  readonly rowsWritten: Both<number>;
  readonly roundTrips: Both<number>;
  readonly ms: Both<Spread>;
  /** Of the medians: how many times as long it takes in the large one. */
  readonly time: number;
}

export function figuresOf(
  { name, kind, bound }: Pick<Operation, "name" | "kind" | "bound">,
  taken: Both<readonly Sample[]>,
): OperationFigures {
  const most = (what: Exclude<keyof Sample, "ms">) => inBoth(taken, (samples) => Math.max(...samples.map((sample) => sample[what])));
  const ms = inBoth(taken, (samples) => spreadOf(samples.map((sample) => sample.ms)));
  return {
    name,
    kind,
    ...(bound !== undefined && { bound }),
    rowsRead: most("rowsRead"),
    rowsWritten: most("rowsWritten"),
    roundTrips: most("roundTrips"),
    ms,
    time: ms.large.median / ms.small.median,
  };
}

function inBoth<From, To>({ small, large }: Both<From>, turn: (value: From) => To): Both<To> {
  return { small: turn(small), large: turn(large) };
}

/** What grows although it may not, in words: rows, that is; times are for people to judge. */
export function growing({ operations }: GrowthFigures): string[] {
  return operations.flatMap(({ name, bound, rowsRead: { small, large }, rowsWritten }) => [
    ...(bound === undefined && large !== small ? [`${name} reads ${small} rows in the small hub and ${large} in the large one`] : []),
    ...(bound !== undefined && large > bound ? [`${name} reads ${large} rows, and ${bound} at most are allowed`] : []),
    ...(rowsWritten.large !== rowsWritten.small
      ? [`${name} writes ${rowsWritten.small} rows in the small hub and ${rowsWritten.large} in the large one`]
      : []),
  ]);
}
