import { isDeepStrictEqual } from "node:util";
import type { EventRow, History, Violation } from "../history.ts";
import { hostilityOf, WIDE_ITEMS } from "../load/hostile.ts";
import { FOLLOW_UPS } from "../load/rules.ts";
import type { Case } from "./cases.ts";

const PARTS = Array.from({ length: FOLLOW_UPS }, (_, index) => index + 1);

/** What a reply emits is stored exactly once, with the record of it or not at all. */
export function followedViolations({ rows }: History, cases: readonly Case[]): Violation[] {
  const followUps = rows.events.filter((event) => event.causation_id !== null);
  const byCause = Map.groupBy(followUps, (event) => event.causation_id);
  const emitting = cases.filter(({ row }) => row.destination === "emitting");
  const wide = cases.filter(({ row, data }) => row.destination === "hostile" && hostilityOf(data) === "wide");
  const causes = new Set([...emitting, ...wide].map(({ id }) => id));
  const stray = followUps.filter((event) => !causes.has(event.causation_id ?? ""));
  return [
    ...stray.map((event) => ({ name: "follow_up_stray", id: event.id, what: `${event.causation_id} emits nothing` })),
    ...emitting.flatMap((one) => partViolations(one, byCause.get(one.id) ?? [])),
    ...wide.flatMap((one) => wideViolations(one, byCause.get(one.id) ?? [])),
  ];
}

function wideViolations({ id, row, data }: Case, followUps: readonly EventRow[]): Violation[] {
  const found = followUps.map((event) => JSON.parse(event.data) as { n: number; items: unknown[] });
  const isWhole = found.every(({ n, items }) => n === data.n && items.length === WIDE_ITEMS);
  if (isWhole && found.length === (row.status === "complete" ? 1 : 0)) return [];
  return [{ name: "followed_wrongly", id, what: `it is ${row.status} and was followed by ${found.length} wide events` }];
}

function partViolations({ id, row, data }: Case, followUps: readonly EventRow[]): Violation[] {
  const wanted = row.status === "complete" ? PARTS.map((part) => `${data.n}.${part}`) : [];
  const found = followUps.map((event) => JSON.parse(event.data) as { n: number; part: number }).map(({ n, part }) => `${n}.${part}`);
  if (isDeepStrictEqual(found.toSorted(), wanted)) return [];
  return [{ name: "followed_wrongly", id, what: `it is ${row.status} and was followed by [${found}], not [${wanted}]` }];
}
