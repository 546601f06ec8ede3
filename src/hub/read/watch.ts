import type { WatchLine } from "../../../schema/contract/dispatches.ts";
import { messageOf } from "../../../schema/message-of.ts";
import type { Hub } from "../../bindings/hub.ts";
import { logWarning } from "../../bindings/log.ts";
import { openRunEvents, type RunEvent, type RunEvents, type Seen } from "../../bindings/run-events.ts";
import type { ReadDispatch } from "../../domain/attempt/held.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { storeOf } from "../../store/d1/stores.ts";
import { readDispatch } from "../../store/read/read-dispatches.ts";

/** How long the stored state goes unseen while the run says nothing. */
const LOOK_MS = 1_000;
/** After so much silence the run is looked for again: one that was deleted and created anew says nothing to whoever watched the old one. */
const SILENCE_MS = 5_000;

/**
 * NDJSON: the dispatch now, then each event of its run and each change of the stored state, until it settles or the reader goes away.
 * The stored state decides: a run that does not exist yet, is over, or was replaced is looked for again. `null`: no such dispatch.
 */
export async function watchDispatch(hub: Hub, id: unknown): Promise<ReadableStream<Uint8Array> | null> {
  const dispatchId = parseId(id);
  const first = await readDispatch(storeOf(hub.env, dispatchId), dispatchId);
  if (first === undefined) return null;
  const reader = new AbortController();
  return ndjson(watchLines(hub, first, reader.signal), () => reader.abort());
}

async function* watchLines(hub: Hub, first: ReadDispatch, gone: AbortSignal): AsyncGenerator<WatchLine, void, void> {
  const run = followRun(hub, first.id, gone);
  let stored: ReadDispatch | undefined = first;
  let shown = "";
  try {
    while (stored !== undefined && !gone.aborted) {
      const dispatch = dispatchView(stored, hub.now());
      const text = JSON.stringify(dispatch);
      if (text !== shown) yield { kind: "dispatch", dispatch };
      shown = text;
      if (stored.status !== "ongoing") return;
      const event = await run.nextWithin(LOOK_MS);
      if (event !== undefined) yield { kind: "run", event };
      stored = gone.aborted ? undefined : await readDispatch(storeOf(hub.env, first.id), first.id);
    }
  } finally {
    run.close();
  }
}

/** The events of a run that may come, go and come again, without ever waiting for them, or for the engine, longer than asked. */
function followRun(hub: Hub, id: string, gone: AbortSignal) {
  const seen: Seen = { timestamp: 0, eventId: 0 };
  let opened: Promise<RunEvents | null> | undefined;
  let pending: Promise<RunEvent | null> | undefined;
  let heardAt = hub.now();
  const close = () => {
    void opened?.then((events) => events?.close());
    opened = undefined;
    pending = undefined;
    heardAt = hub.now();
  };
  const nextEvent = async (): Promise<RunEvent | null> => {
    opened ??= openOrLog(hub, id, seen);
    return (await (await opened)?.next()) ?? null;
  };
  return {
    close,
    async nextWithin(ms: number): Promise<RunEvent | undefined> {
      pending ??= nextEvent();
      const event = await Promise.race([pending, elapsed(ms, gone)]);
      if (event != null) {
        pending = undefined;
        heardAt = hub.now();
        return event;
      }
      if (event === null) await elapsed(ms, gone);
      if (event === null || hub.now() - heardAt > SILENCE_MS) close();
      return undefined;
    },
  };
}

/** A run of which the engine says nothing is watched as one that is not there: the stored state is shown, and the run is looked for again. */
async function openOrLog(hub: Hub, id: string, seen: Seen): Promise<RunEvents | null> {
  try {
    return await openRunEvents(hub.env.DISPATCH_WORKFLOW, id, seen);
  } catch (error) {
    logWarning("watch.run", { dispatchId: id, error: messageOf(error) });
    return null;
  }
}

/** Waits so long, or until the reader is gone. */
async function elapsed(ms: number, gone: AbortSignal): Promise<undefined> {
  await scheduler.wait(ms, { signal: gone }).catch(() => undefined);
}

function ndjson(lines: AsyncGenerator<WatchLine, void, void>, onGone: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done !== true) return controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      controller.close();
      controller.byobRequest?.respond(0);
    },
    async cancel() {
      onGone();
      await lines.return();
    },
  });
}
