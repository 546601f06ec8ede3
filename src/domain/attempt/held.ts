import type { StoredControl, StoredDispatch } from "../../../schema/storage/tables.ts";

/** A dispatch as it is read, with whether it is held back. */
export interface ReadDispatch extends StoredDispatch {
  readonly held: 0 | 1;
}

/**
 * True for a dispatch that is held back on purpose: its destination is paused or has tripped, or drains and has not come to it yet. Derived,
 * never stored. In SQL: `HELD` of src/store/d1/held.ts.
 */
export function isHeld(control: Pick<StoredControl, "state" | "since"> | null | undefined, dueAt: number): boolean {
  if (control == null) return false;
  const { state, since } = control;
  switch (state) {
    case "paused":
    case "tripped":
      return true;
    case "draining":
      return dueAt <= since;
    case "counting":
      return false;
    default:
      return state satisfies never;
  }
}

/** True for a dispatch that a run may not attempt now. A backlog without a rate is attempted by whoever comes first. */
export function mayNotAttempt(control: Pick<StoredControl, "state" | "since" | "rate"> | null, dueAt: number): boolean {
  if (control?.state === "tripped") return false;
  return isHeld(control, dueAt) && !(control?.state === "draining" && control.rate === null);
}
