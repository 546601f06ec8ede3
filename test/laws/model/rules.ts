import { CHECK } from "../../../schema/limits.ts";
import { decideLook, decideNext } from "../../../src/domain/attempt/next-attempt.ts";
import { againAt, decideRepair, repairedState } from "../../../src/domain/repair/repair.ts";
import type { DispatchState } from "./storage.ts";

/** What the parts of the hub decide, and the conditions in SQL that hold it together. */
export interface Rules {
  /** `engineAttempt`: how often the engine has called the step, which is nothing to go by. */
  readonly look: (params: Parameters<typeof decideLook>[0] & { engineAttempt: number }) => ReturnType<typeof decideLook>;
  readonly next: typeof decideNext;
  readonly repair: typeof decideRepair;
  readonly repaired: typeof repairedState;
  readonly again: typeof againAt;
  /** What a release sets of a dispatch that was held back. */
  readonly released: (state: DispatchState, now: number) => Partial<DispatchState>;
  /** `WHERE` of a claim: whether the dispatch stands as the sweep left it. */
  readonly isClaimable: (state: DispatchState, taken: number) => boolean;
  /** `SET recoveries` once a restart was made: from what is stored, and what was when it was claimed. It may be written twice. */
  readonly counted: (recoveries: { stored: number; claimed: number }) => number;
  /** The primary key of executions refuses a second record of an attempt. */
  readonly fenced: boolean;
  /** A record that storage does not take becomes the result of the step, and the next step writes it. */
  readonly handsOver: boolean;
}

/** Those of the hub. */
export const RULES: Rules = {
  look: decideLook,
  next: decideNext,
  repair: decideRepair,
  repaired: repairedState,
  again: againAt,
  released: (_, now) => ({ dueAt: now, checkAt: now + CHECK.graceMs, recoveries: 0, overdueSince: null }),
  isClaimable: (state, taken) => state.status === "ongoing" && state.checkAt === taken,
  counted: ({ claimed }) => claimed + 1,
  fenced: true,
  handsOver: true,
};
