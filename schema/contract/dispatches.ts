import type { Policy } from "../config/policy.ts";
import type { NoteView } from "./notes.ts";
import type { PageQuery } from "./page.ts";
import type { Outcome, Stage, Standing, Status } from "./statuses.ts";

export interface DispatchView {
  readonly id: string;
  readonly eventId: string;
  readonly route: string;
  readonly destination: string;
  readonly status: Status;
  readonly stage: Stage;
  /** No attempt before this. RFC 3339, like all times here. */
  readonly dueAt: string;
  /** Attempts recorded so far. */
  readonly attempts: number;
  readonly settledAt?: string;
  /** Why it failed last, or why it settled as it did. */
  readonly reason?: string;
  readonly redriveOf?: string;
  /** Of what is failed, misconfigured or lost, and absent of anything else: whether it is a dead letter, owed still, or why it is none. */
  readonly standing?: Standing;
}

export interface ExecutionView {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The stack is that of one of the latest 50 attempts. */
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string };
}

/**
 * The Workflow instance behind a dispatch. `missing`: not created yet, or its retention is over. `unknown`: the engine cannot be asked, or says
 * nothing for 3 s, and `error` says so.
 */
export interface RunView {
  readonly status: InstanceStatus["status"] | "missing";
  readonly error?: { readonly name: string; readonly message: string };
}

export interface DispatchDetail extends DispatchView {
  readonly policy: Policy;
  /** Restarts of its run by the reconciler since the last recorded attempt. */
  readonly recoveries: number;
  /** Since when the reconciler has had to repair it, while no attempt was recorded. */
  readonly overdueSince?: string;
  /** The latest 1,000. */
  readonly executions: readonly ExecutionView[];
  /** The latest 1,000. */
  readonly notes: readonly NoteView[];
  readonly run: RunView;
}

/**
 * Filters combine with "and". `from` is included, `to` is not: times of settlement where the list is of what is failed, misconfigured or lost,
 * by `status` or by `standing`, else of emission, as with `eventId`. A list has the order of its times.
 */
export interface DispatchQuery extends PageQuery {
  readonly status?: Status | undefined;
  /** Of failed, misconfigured and lost ones: dead letters alone, or those that are none. */
  readonly standing?: Standing | undefined;
  readonly destination?: string | undefined;
  readonly route?: string | undefined;
  readonly eventId?: string | undefined;
  /** Exactly what their last attempt came to; the empty text for those that say nothing. */
  readonly reason?: string | undefined;
}

/** A line of `watchDispatch`: the stored state, or what the engine reports of the run. */
export type WatchLine =
  | { readonly kind: "dispatch"; readonly dispatch: DispatchView }
  | { readonly kind: "run"; readonly event: { readonly type: string; readonly timestamp: string } & Record<string, unknown> };
