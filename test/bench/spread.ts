/** Values in one number and how far to trust it: half of them are from `low` to `high`, the quartiles. In the unit of the values. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Each part is one of the values, the nearest by rank; `NaN` where there are none. */
export function spreadOf(values: readonly number[]): Spread {
  const ascending = values.toSorted((a, b) => a - b);
  const at = (part: number) => ascending[Math.round(part * (ascending.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** `1.05 (1.02 to 1.07)`. */
export function spreadText({ median, low, high }: Spread, digits: number): string {
  const text = (value: number) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median)} (${text(low)} to ${text(high)})`;
}
