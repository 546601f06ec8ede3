import { isBad, STANDINGS, type Standing } from "../../../schema/contract/statuses.ts";
import type { StoredDispatch, Superseded } from "../../../schema/storage/tables.ts";

/** How a bad dispatch stands in its line; `undefined` for one that is not bad. */
export function standingOf({ status, superseded }: Pick<StoredDispatch, "status" | "superseded">): Standing | undefined {
  return isBad(status) ? STANDINGS[superseded] : undefined;
}

/** What is stored of a dispatch that stands so. */
export function supersededOf(standing: Standing): Superseded {
  return STANDINGS.indexOf(standing) as Superseded;
}
