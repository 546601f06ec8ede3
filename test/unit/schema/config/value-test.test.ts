import "../../support/seed.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileAddressRange } from "../../../../schema/config/address-range.ts";
import { compareInstants, type Instant, readInstant } from "../../../../schema/config/instant.ts";
import { compileWildcard } from "../../../../schema/config/wildcard.ts";

const piece = fc.string({ unit: fc.constantFrom("a", "b", "\\", "*", "\n"), maxLength: 4 });
const escaped = (text: string) => text.replaceAll(/[\\*]/g, "\\$&");

test("a wildcard covers what a pattern with .* in the place of its stars covers", () => {
  let covered = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.array(piece, { maxLength: 8 }), (pieces, found) => {
      const pattern = new RegExp(`^${pieces.map(RegExp.escape).join(".*")}$`, "s");
      const covers = compileWildcard(pieces.map(escaped).join("*"));
      const texts = [found.join(""), pieces.join(found.join(""))];
      for (const text of texts) expect(covers(text)).toBe(pattern.test(text));
      covered += texts.filter(covers).length;
    }),
    { numRuns: 1_000 },
  );
  expect(covered).toBeGreaterThan(500);
});

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));

test("a range of addresses holds those that begin with as many of its bits, as IPv4 and as IPv6", () => {
  const bitsOf = (address: readonly number[]) => address.map((octet) => octet.toString(2).padStart(8, "0")).join("");
  fc.assert(
    fc.property(octets, octets, fc.nat(32), (network, address, length) => {
      const near = address.map((octet, index) => (length > 8 * index ? (network[index] ?? 0) ^ (octet % 3 === 0 ? 1 : 0) : octet));
      const holds = bitsOf(near).startsWith(bitsOf(network).slice(0, length));
      expect(compileAddressRange(`${network.join(".")}/${length}`)(near.join("."))).toBe(holds);
      expect(compileAddressRange(`::ffff:${network.join(".")}/${length + 96}`)(near.join("."))).toBe(holds);
      const hex = (octets: readonly number[]) =>
        octets
          .map((octet) => octet.toString(16).padStart(2, "0"))
          .join("")
          .replace(/^(.{4})/, "$1:");
      expect(compileAddressRange(`2001:db8::${hex(network)}/${length + 96}`)(`2001:0DB8::${hex(near)}`)).toBe(holds);
    }),
    { numRuns: 1_000 },
  );
});

test("moments have the order of Date, however their offset and fraction are written", () => {
  const moment = fc.tuple(fc.integer({ min: -1, max: 1 }), fc.constantFrom(0, 90, -330, 1_439), fc.constantFrom("", "00", "0000"));
  const written = ([ms, offset, zeros]: readonly [number, number, string]) => {
    const at = Date.UTC(2026, 0) + ms * 5;
    const local = new Date(at + offset * 60_000).toISOString().slice(0, -1);
    const hours = `${Math.trunc(Math.abs(offset) / 60)}`.padStart(2, "0");
    return { at, text: `${local}${zeros}${offset < 0 ? "-" : "+"}${hours}:${`${Math.abs(offset) % 60}`.padStart(2, "0")}` };
  };
  fc.assert(
    fc.property(moment, moment, (one, other) => {
      const [a, b] = [written(one), written(other)];
      const order = compareInstants(readInstant(a.text) as Instant, readInstant(b.text) as Instant);
      expect(Math.sign(order) + 0).toBe(Math.sign(a.at - b.at) + 0);
    }),
  );
});

test("a fraction of a megabyte is compared in a moment", () => {
  const [a, b] = ["1", "2"].map((last) => readInstant(`2026-01-01T00:00:00.${"0".repeat(1_000_000)}${last}Z`) as Instant) as [
    Instant,
    Instant,
  ];
  const start = performance.now();
  expect(compareInstants(a, b)).toBe(-1);
  expect(performance.now() - start).toBeLessThan(2_000);
});
