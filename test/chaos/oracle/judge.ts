import type { History, Violation } from "../history.ts";
import { acceptedViolations } from "./accepted.ts";
import { auditedViolations } from "./audited.ts";
import { casesOf } from "./cases.ts";
import { earlyViolations } from "./early.ts";
import { executedViolations } from "./executed.ts";
import { followedViolations } from "./followed.ts";
import { heldViolations } from "./held.ts";
import { pausedViolations } from "./paused.ts";
import { redrivenViolations } from "./redriven.ts";
import { type Repeat, repeatsOf, repeatViolations } from "./repeated.ts";
import { settledViolations } from "./settled.ts";
import { storedViolations } from "./stored.ts";

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Attempts that were called more than once, explained or not. */
  readonly repeats: readonly Repeat[];
}

/** Holds a run against everything that the hub promises. Nothing but the history counts: neither what the hub says of itself nor how it works. */
export function judge(history: History): Verdict {
  const cases = casesOf(history);
  const repeats = cases.flatMap((one) => repeatsOf(one, history.kills));
  return {
    repeats,
    violations: [
      ...acceptedViolations(history),
      ...storedViolations(history),
      ...cases.flatMap((one) => [
        ...settledViolations(one, history.runs),
        ...executedViolations(one),
        ...earlyViolations(one),
        ...pausedViolations(one),
        ...heldViolations(one, history.pauses),
      ]),
      ...repeatViolations(repeats),
      ...followedViolations(history, cases),
      ...redrivenViolations(history),
      ...auditedViolations(history),
    ],
  };
}
