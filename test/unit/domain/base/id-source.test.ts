import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isEventId, shardOf } from "../../../../schema/ids.ts";
import { idSource } from "../../../../src/domain/base/id-source.ts";
import { firstIdAt, timeOfId } from "../../../../src/domain/base/time-id.ts";

const NOW = Date.UTC(2026, 10, 21);
const some = () => new Uint8Array(randomBytes(16));
const all = (value: number) => () => new Uint8Array(16).fill(value);

function draw(count: number, given: Partial<Parameters<typeof idSource>[0]> = {}): string[] {
  const newId = idSource({ now: () => NOW, randomBytes: some, ...given });
  return Array.from({ length: count }, newId);
}

describe("ids drawn from one source", () => {
  test("are UUIDv7s of the moment they are drawn", () => {
    for (const id of draw(100)) {
      expect(isEventId(id)).toBe(true);
      expect(timeOfId(id)).toBe(NOW);
      expect(id >= firstIdAt(NOW)).toBe(true);
    }
  });

  test("ascend within one millisecond, whatever the chance", () => {
    for (const randomBytes of [some, all(0), all(255)]) {
      const ids = draw(10_000, { randomBytes });
      expect(ids.toSorted()).toEqual(ids);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test("ascend when the clock goes back", () => {
    const clock = [NOW, NOW - 5_000, NOW - 1, NOW, NOW + 1];
    const ids = draw(clock.length, { now: () => clock.shift() ?? NOW });
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.map(timeOfId)).toEqual([NOW, NOW, NOW, NOW, NOW + 1]);
  });

  test("of two isolates in the same millisecond differ", () => {
    expect(new Set([...draw(1_000), ...draw(1_000)]).size).toBe(2_000);
  });

  test("carry the shard in their last byte: 0, unless another is asked for", () => {
    expect(new Set(draw(50).map(shardOf))).toEqual(new Set([0]));
    expect(new Set(draw(50, { shard: 7 }).map(shardOf))).toEqual(new Set([7]));
  });
});
