import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import { CONTROL } from "../../../schema/limits.ts";
import { iso } from "../base/iso.ts";

/** A control as it is stored, with how much it holds back, counted to one more than `CONTROL.countedRows`. */
interface StoredControl {
  readonly state: Exclude<DestinationControl["state"], "active">;
  readonly since: number;
  readonly by: string;
  readonly detail: string | null;
  readonly rate: number | null;
  readonly held: number;
}

export function controlView(destination: string, control: StoredControl | undefined): DestinationControl {
  if (control === undefined) return { destination, state: "active" };
  const { state, since, by, detail, rate, held } = control;
  const truncated = held > CONTROL.countedRows;
  return {
    destination,
    state,
    since: iso(since),
    by,
    ...(detail !== null && { reason: detail }),
    ...(rate !== null && { rate }),
    held: { count: Math.min(held, CONTROL.countedRows), truncated },
  };
}
