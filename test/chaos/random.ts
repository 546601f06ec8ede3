import { mulberry32 } from "../mulberry32.ts";

/** Numbers that follow from a seed. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  readonly int: (min: number, max: number) => number;
  readonly chance: (probability: number) => boolean;
  /** Throws on an empty list. */
  readonly pick: <Item>(from: readonly Item[]) => Item;
  /** At most so many, each once, in random order. */
  readonly sample: <Item>(from: readonly Item[], count: number) => Item[];
}

/** A stream of its own for each purpose: what one part draws does not change what another gets. */
export function randomOf(seed: number, purpose: string): Random {
  const next = mulberry32([...purpose].reduce((hash, character) => Math.imul(hash ^ character.charCodeAt(0), 0x01000193), seed));
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const pick = <Item>(from: readonly Item[]): Item => {
    if (from.length === 0) throw new Error("nothing to pick from");
    return from[int(0, from.length - 1)] as Item;
  };
  return {
    int,
    pick,
    chance: (probability) => next() < probability,
    sample: (from, count) => {
      const rest = [...from];
      return Array.from(
        { length: Math.min(count, rest.length) },
        () => rest.splice(int(0, rest.length - 1), 1)[0] as (typeof rest)[number],
      );
    },
  };
}
