import { resolveDelivery } from "../../../schema/config/resolve-policy.ts";
import { SECOND_MS } from "../../../schema/limits.ts";
import type { Overdue, RunLook } from "../../../src/domain/repair/repair.ts";

/** A dispatch in the model: its row, and its run. */
export interface Dispatch {
  readonly emittedAt: number;
  dueAt: number;
  checkAt: number;
  attempts: number;
  recoveries: number;
  overdueSince: number | null;
  isSettled: boolean;
  run: Extract<RunLook["status"], "missing" | "queued" | "running" | "waiting">;
  /** Changes when its run is restarted: what the one before had begun counts for nothing. */
  epoch: number;
}

/** The policy where nothing is said. */
export const { policy: POLICY } = resolveDelivery({});

/** A dispatch as the reconciler's own decision takes it. */
export function overdueOf(dispatch: Dispatch): Overdue {
  const { dueAt, attempts, recoveries, overdueSince } = dispatch;
  return { dueAt, attempts, recoveries, overdueSince, timeoutMs: POLICY.timeoutMs, reason: null, held: false };
}

/** Dispatches by the moment they become overdue: the index on `check_at`. */
export interface CheckIndex {
  readonly set: (dispatch: Dispatch, checkAt: number) => void;
  /** The first that are overdue, at most `limit`. They are left out from then on. */
  readonly take: (now: number, limit: number) => Dispatch[];
}

export function createCheckIndex(): CheckIndex {
  const bySecond = new Map<number, Dispatch[]>();
  let first = 0;
  return {
    set: (dispatch, checkAt) => {
      dispatch.checkAt = checkAt;
      const second = Math.max(first, Math.floor(checkAt / SECOND_MS));
      const there = bySecond.get(second);
      if (there === undefined) bySecond.set(second, [dispatch]);
      else there.push(dispatch);
    },
    take: (now, limit) => {
      const taken: Dispatch[] = [];
      const last = Math.floor(now / SECOND_MS) - 1;
      for (; first <= last; first++) {
        const there = bySecond.get(first);
        if (there === undefined) continue;
        takeFrom(there, { taken, limit, before: (first + 1) * SECOND_MS });
        if (there.length > 0) break;
        bySecond.delete(first);
      }
      return taken;
    },
  };
}

/** Those that have neither settled nor been moved since they were entered, until there are enough. */
function takeFrom(
  there: Dispatch[],
  { taken, limit, before }: { readonly taken: Dispatch[]; readonly limit: number; readonly before: number },
): void {
  while (taken.length < limit) {
    const dispatch = there.pop();
    if (dispatch === undefined) return;
    if (!dispatch.isSettled && dispatch.checkAt < before) taken.push(dispatch);
  }
}
