import { CHECK, PURGE, SECOND_MS } from "../../../schema/limits.ts";
import { retryDelayMs } from "../../../src/domain/attempt/retry-delay.ts";
import { type Dispatch, POLICY } from "./dispatch.ts";
import { type Hub, read, write } from "./hub.ts";
import { ROWS } from "./platform.ts";

/** How long the step that records waits, at most, before it tries again (workflows/dispatch.ts). */
const RECORD_AGAIN_MS = 30 * SECOND_MS;

/** Orders runs for dispatches that have none, and returns those that the platform refuses. */
export function createRuns(hub: Hub, dispatches: readonly Dispatch[]): readonly Dispatch[] {
  const { creations, account, refusal, counts, agenda } = hub;
  const missing = dispatches.every(isMissing) ? dispatches : dispatches.filter(isMissing);
  const left = Math.min(creations.left(agenda.now()), account.creations.left(agenda.now()));
  const granted = left >= missing.length ? missing.length : refusal === "call" ? 0 : left;
  creations.take(granted);
  account.creations.take(granted);
  counts.creations += granted;
  counts.unstarted -= granted;
  if (granted === 0) return missing;
  for (const dispatch of missing.slice(0, granted)) start(hub, dispatch);
  return missing.slice(granted);
}

function isMissing({ run, isSettled }: Dispatch): boolean {
  return run === "missing" && !isSettled;
}

/** Begins a run over: its call, if there is one, counts for nothing. `false`: refused. */
export function restartRun(hub: Hub, dispatch: Dispatch): boolean {
  const { creations, account, agenda, counts } = hub;
  if (Math.min(creations.left(agenda.now()), account.creations.left(agenda.now())) < 1) return false;
  creations.take(1);
  account.creations.take(1);
  counts.creations++;
  dispatch.epoch++;
  start(hub, dispatch);
  return true;
}

/** Lets a run go on as soon as it is due and the account has room for it. */
function start(hub: Hub, dispatch: Dispatch): void {
  const { agenda, account } = hub;
  const { epoch } = dispatch;
  dispatch.run = "waiting";
  agenda.at(dispatch.dueAt, () => {
    if (dispatch.epoch !== epoch) return;
    dispatch.run = "queued";
    account.enter(() => {
      if (dispatch.epoch !== epoch || dispatch.isSettled) return account.leave();
      dispatch.run = "running";
      look(hub, dispatch, 1);
    });
  });
}

/** Loads, calls and records. A load that fails is tried again after 5 to 60 s, as `retryWaitMs` says. */
function look(hub: Hub, dispatch: Dispatch, tries: number): void {
  const { agenda, account } = hub;
  const { epoch } = dispatch;
  const leave = () => {
    if (dispatch.epoch === epoch) dispatch.run = "waiting";
    account.leave();
  };
  const loaded = () => {
    if (dispatch.isSettled || dispatch.epoch !== epoch) return leave();
    call(hub, dispatch, leave);
  };
  read(hub, 1, loaded, () => {
    leave();
    agenda.at(agenda.now() + Math.min(5_000 * tries, 60_000), () => {
      if (dispatch.epoch !== epoch || dispatch.isSettled) return;
      account.enter(() => {
        dispatch.run = "running";
        look(hub, dispatch, tries + 1);
      });
    });
  });
}

/** Calls the destination and records the attempt. `over` is called once that is done. */
export function call(hub: Hub, dispatch: Dispatch, over: () => void): void {
  const { agenda, load, counts, random } = hub;
  const { epoch } = dispatch;
  if (dispatch.attempts === 0 && epoch === 0) counts.latencies.push({ at: dispatch.emittedAt, ms: agenda.now() - dispatch.emittedAt });
  const record = () => {
    const isFailed = random() < load.failedShare;
    const recorded = () => {
      if (dispatch.epoch === epoch && !dispatch.isSettled) settleOrWait(hub, dispatch, isFailed);
      over();
    };
    const again = () => agenda.at(agenda.now() + RECORD_AGAIN_MS, () => write(hub, rowsOf(isFailed), recorded, again));
    write(hub, rowsOf(isFailed), recorded, again);
  };
  agenda.at(agenda.now() + load.callMs, () => (dispatch.epoch === epoch ? record() : over()));
}

function rowsOf(isFailed: boolean): number {
  return isFailed ? ROWS.failedAttempt : ROWS.complete;
}

function settleOrWait(hub: Hub, dispatch: Dispatch, isFailed: boolean): void {
  const { agenda, counts, checks, random } = hub;
  dispatch.attempts++;
  if (!isFailed || dispatch.attempts > POLICY.retry.limit) {
    dispatch.isSettled = true;
    counts.settled++;
    if (counts.settled % (PURGE.events * hub.load.dispatchesPerEvent) === 0) purge(hub);
    return;
  }
  dispatch.recoveries = 0;
  dispatch.overdueSince = null;
  dispatch.dueAt = agenda.now() + retryDelayMs(POLICY.retry, dispatch.attempts, random());
  checks.set(dispatch, dispatch.dueAt + POLICY.timeoutMs + CHECK.graceMs);
  if (dispatch.run !== "missing") start(hub, dispatch);
}

/** As many events as have settled are purged: what comes in must go out. A call reads three times. */
function purge(hub: Hub): void {
  const never = () => undefined;
  for (let nth = 0; nth < 3; nth++) read(hub, 0, never, never);
  write(hub, PURGE.events * ROWS.purge, never, never);
}
