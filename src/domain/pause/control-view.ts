import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import { iso } from "../base/iso.ts";

export function controlView(
  destination: string,
  control: { state: "paused" | "tripped"; since: number; by: string; detail: string | null } | undefined,
): DestinationControl {
  if (control === undefined) return { destination, state: "active" };
  const { state, since, by, detail } = control;
  return { destination, state, since: iso(since), by, ...(detail !== null && { reason: detail }) };
}
