import { setTimeout as sleep } from "node:timers/promises";
import type { DispatchView } from "flowhub";
import type { RunReader } from "./read-run.ts";

const LOOK_MS = 500;
/** Longer than the hub takes to repair what was lost: a minute of grace, and two sweeps. */
const STUCK_MS = 180_000;
/** When everything has settled and something is still missing, it will not come. */
const MISSING_MS = 15_000;

/** Waits until as many dispatches as expected have settled, or nothing moves any more. Returns how they stand then. */
export async function untilSettled(
  reader: RunReader,
  { expected, signal, onLook }: { expected: number; signal: AbortSignal; onLook: (dispatches: readonly DispatchView[]) => void },
): Promise<void> {
  let before = "";
  let movedAt = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const dispatches = await reader.dispatches();
    onLook(dispatches);
    const settled = dispatches.filter(isSettled).length;
    if (settled >= expected && settled === dispatches.length) return;
    const now = `${settled} of ${dispatches.length}, ${dispatches.reduce((sum, { attempts }) => sum + attempts, 0)} attempts`;
    if (now !== before) movedAt = Date.now();
    before = now;
    if (Date.now() - movedAt > (settled === dispatches.length ? MISSING_MS : STUCK_MS)) return;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

export function isSettled({ status }: DispatchView): boolean {
  return status !== "ongoing";
}
