import { WORKFLOW } from "../../../schema/limits.ts";
import type { Dispatch } from "./dispatch.ts";
import { enqueue, type Hub, read } from "./hub.ts";
import { inLanes } from "./lanes.ts";
import { WAITS } from "./platform.ts";
import type { Message } from "./queue.ts";
import { reconcileTasks } from "./reconcile.ts";
import { call, createRuns } from "./run.ts";

const AGAIN_MS = WORKFLOW.rateLimitedDelaySeconds * 1_000;

/** One invocation of the consumer. */
export function consume(hub: Hub, batch: readonly Message[], done: () => void): void {
  const refused: Dispatch[] = [];
  const repairs: ((next: () => void) => void)[] = [];
  const orders: Start[] = [];
  const rest: Message[] = [];
  for (const message of batch) {
    if (message.kind === "start" && !isExpress(hub, message)) orders.push(message);
    else rest.push(message);
  }
  const tasks = rest.map((message) => (next: () => void) => {
    if (message.kind === "start") {
      express(hub, message, next);
      return;
    }
    const loaded = () => {
      repairs.push(...reconcileTasks(hub, message.taken));
      next();
    };
    read(hub, message.taken.length, loaded, () => {
      hub.queue.retry(message);
      next();
    });
  });
  const sendMerged = () => {
    if (refused.length > 0 && !enqueue(hub, refused, AGAIN_MS)) hub.queue.retry({ kind: "start", tries: 0, dispatches: refused });
    done();
  };
  startAll(hub, { orders, refused }, () => inLanes(tasks, WORKFLOW.callsAtOnce, () => inLanes(repairs, WORKFLOW.callsAtOnce, sendMerged)));
}

type Start = Extract<Message, { kind: "start" }>;

function isExpress({ executor }: Hub, { dispatches }: Start): boolean {
  return executor === "express" && dispatches.some(isUntried);
}

/** Orders runs, a few messages at a time. */
function startAll(
  hub: Hub,
  { orders, refused }: { readonly orders: readonly Start[]; readonly refused: Dispatch[] },
  done: () => void,
): void {
  const [now, later] = [orders.slice(0, WORKFLOW.callsAtOnce), orders.slice(WORKFLOW.callsAtOnce)];
  if (now.length === 0) {
    done();
    return;
  }
  hub.agenda.at(hub.agenda.now() + WAITS.engineMs, () => {
    for (const message of now) {
      const left = createRuns(hub, message.dispatches);
      if (left.length === 0) continue;
      if (hub.mended.merge) refused.push(...left);
      else if (!enqueue(hub, left, AGAIN_MS)) hub.queue.retry(message);
    }
    startAll(hub, { orders: later, refused }, done);
  });
}

function isUntried({ attempts, run, isSettled }: Dispatch): boolean {
  return attempts === 0 && run === "missing" && !isSettled;
}

/** The first attempt in the consumer. What failed is given to a Workflow, which waits until it is due. */
function express(hub: Hub, message: Start, next: () => void): void {
  const untried = message.dispatches.filter(isUntried);
  const handOver = () => {
    const failed = untried.filter(({ isSettled, run }) => !isSettled && run === "missing");
    const refused = createRuns(hub, failed);
    if (refused.length > 0) enqueue(hub, refused, AGAIN_MS);
    hub.counts.unstarted -= untried.filter(({ isSettled, run }) => isSettled && run === "missing").length;
    next();
  };
  const calls = untried.map((dispatch) => (over: () => void) => call(hub, dispatch, over));
  const failedToLoad = () => {
    hub.queue.retry(message);
    next();
  };
  read(hub, untried.length, () => inLanes(calls, calls.length, handOver), failedToLoad);
}
