/** A rate that must not be exceeded, of which a second's worth can be saved up. Times in milliseconds. */
export interface Allowance {
  readonly left: (now: number) => number;
  readonly take: (count: number) => void;
}

/** [I] How the platform counts is not documented: what is refused uses up nothing here. */
export function createAllowance(perSecond: number): Allowance {
  let saved = perSecond;
  let at = 0;
  return {
    left: (now) => {
      saved = Math.min(perSecond, saved + ((now - at) * perSecond) / 1_000);
      at = now;
      return Math.floor(saved + 1e-6);
    },
    take: (count) => {
      saved -= count;
    },
  };
}
