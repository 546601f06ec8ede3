import { v7 as uuidv7 } from "uuid";
import type { Random } from "../../chaos/random.ts";

/** From [0, 1). */
export function fraction(random: Random): number {
  return random.int(0, 2 ** 30 - 1) / 2 ** 30;
}

/** An id as it is made at this time. */
export function idAt(msecs: number, random: Random): string {
  const bytes = Uint8Array.from({ length: 16 }, () => random.int(0, 255));
  return uuidv7({ msecs, random: bytes, seq: random.int(0, 2 ** 31 - 1) });
}

/** Most often near `usual`, now and then ten times as long. */
export function longTail(usual: number, random: Random): number {
  return Math.round(usual * (0.5 + fraction(random)) * (random.chance(0.03) ? 10 : 1));
}
