import { isBad } from "../../../schema/contract/statuses.ts";
import { originalIdOf } from "../../../schema/ids.ts";
import type { AuditedDispatch } from "./audit.ts";

type Link = Pick<AuditedDispatch, "id" | "status" | "settledAt" | "superseded" | "noted">;

/** Ids of bad dispatches that are said to be a dead letter and are none, or are one and are not said to be. All links of a line have to be given. */
export function wrongInLines(dispatches: readonly Link[]): string[] {
  const lines = Map.groupBy(dispatches, ({ id }) => originalIdOf(id));
  return [...lines.values()].flatMap((line) => {
    const owed = owedLink(line);
    return line.filter((link) => isBad(link.status) && !standsRight(link, link === owed)).map(({ id }) => id);
  });
}

/** The bad link that settled last, of a line that has nothing ongoing or delivered. */
function owedLink(line: readonly Link[]): Link | undefined {
  if (line.some(({ status }) => status !== "cancelled" && !isBad(status))) return undefined;
  return line.filter(({ status }) => isBad(status)).toSorted(byLastSettled)[0];
}

function byLastSettled(a: Link, b: Link): number {
  return (b.settledAt ?? 0) - (a.settledAt ?? 0) || (a.id < b.id ? 1 : -1);
}

function standsRight({ superseded, noted }: Link, isOwed: boolean): boolean {
  return superseded === 2 ? noted.includes("dismiss") : superseded === (isOwed ? 0 : 1);
}
