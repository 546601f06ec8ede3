import { CHECK, QUEUE } from "../../../schema/limits.ts";
import { chunks } from "../../../src/domain/base/chunks.ts";
import { againAt, decideRepair, type Repair, repairedState } from "../../../src/domain/repair/repair.ts";
import { type Dispatch, overdueOf } from "./dispatch.ts";
import { type Hub, read, write } from "./hub.ts";
import { ROWS, WAITS } from "./platform.ts";
import { createRuns, restartRun } from "./run.ts";

/** A sweep: pages of what is overdue, each taken in one statement, then put on the queue. */
export function sweep(hub: Hub, page = 0): void {
  const { agenda, checks, counts, queue } = hub;
  const overdue = checks.take(agenda.now(), CHECK.sweepPage);
  const taken = () => {
    const moved = overdue.map((dispatch) => {
      checks.set(dispatch, agenda.now() + CHECK.sweptMs);
      return { dispatch, checkAt: dispatch.checkAt };
    });
    counts.swept += moved.length;
    for (const part of chunks(moved, QUEUE.idsPerMessage)) queue.send({ kind: "reconcile", tries: 0, taken: part });
    if (overdue.length === CHECK.sweepPage && page + 1 < hub.mended.sweepPages) sweep(hub, page + 1);
  };
  const refused = () => {
    for (const dispatch of overdue) checks.set(dispatch, agenda.now());
  };
  if (overdue.length === 0) read(hub, 1, () => undefined, refused);
  else write(hub, overdue.length * ROWS.take, taken, refused);
}

/** A look at each dispatch that still stands as the sweep left it, and what follows. */
export function reconcileTasks(
  hub: Hub,
  taken: readonly { readonly dispatch: Dispatch; readonly checkAt: number }[],
): ((next: () => void) => void)[] {
  const standing = taken.filter(({ dispatch, checkAt }) => !dispatch.isSettled && dispatch.checkAt === checkAt);
  return standing.map(({ dispatch, checkAt }) => (next: () => void) => {
    hub.agenda.at(hub.agenda.now() + 2 * WAITS.engineMs, () => repair(hub, { dispatch, checkAt, next }));
  });
}

interface Look {
  readonly dispatch: Dispatch;
  readonly checkAt: number;
  readonly next: () => void;
}

function repair(hub: Hub, look: Look): void {
  const { dispatch, checkAt, next } = look;
  // What another sweep has taken since, or has settled: the claim finds no row, and writes none.
  if (dispatch.isSettled || dispatch.checkAt !== checkAt) {
    read(hub, 1, next, next);
    return;
  }
  const decided = decideRepair({ overdue: overdueOf(dispatch), run: { status: dispatch.run }, now: hub.agenda.now() });
  if (decided.do === "leave") next();
  else claim(hub, look, decided);
}

/** The claim comes first; a repair that is refused is given back, to come up again later. */
function claim(hub: Hub, { dispatch, checkAt, next }: Look, decided: Exclude<Repair, { do: "leave" }>): void {
  const { agenda, checks, counts } = hub;
  const now = agenda.now();
  const to = repairedState(overdueOf(dispatch), decided, now);
  const claimed = () => {
    if (dispatch.isSettled || dispatch.checkAt !== checkAt || to.status !== "ongoing") return next();
    dispatch.recoveries = to.recoveries;
    dispatch.overdueSince = to.overdueSince;
    checks.set(dispatch, to.checkAt);
    if (perform(hub, dispatch, decided)) return next();
    counts.refusedRepairs++;
    checks.set(dispatch, againAt(overdueOf(dispatch), now));
    write(hub, ROWS.giveBack, next, next);
  };
  write(hub, ROWS.claim + ("cause" in decided ? ROWS.note : 0), claimed, next);
}

/** `false`: the platform refused it. */
function perform(hub: Hub, dispatch: Dispatch, decided: Repair): boolean {
  hub.counts.repairs++;
  switch (decided.do) {
    case "create":
      return createRuns(hub, [dispatch]).length === 0;
    case "restart": {
      const isRestarted = restartRun(hub, dispatch);
      if (isRestarted)
        write(
          hub,
          ROWS.restart,
          () => undefined,
          () => undefined,
        );
      if (isRestarted) dispatch.recoveries++;
      return isRestarted;
    }
    default:
      return true;
  }
}
