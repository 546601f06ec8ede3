import type { DispatchDetail, DispatchView } from "../../../schema/contract/dispatches.ts";
import type { Page } from "../../../schema/contract/page.ts";
import { runView } from "../../bindings/dispatch-runs.ts";
import type { Hub } from "../../bindings/hub.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseDispatchQuery } from "../../domain/read/dispatch-query.ts";
import { dispatchDetail, dispatchView } from "../../domain/read/dispatch-view.ts";
import { homeStore, storeOf } from "../../store/d1/stores.ts";
import { positionOf, readDispatch, readDispatches, readExecutions, readNotes } from "../../store/read/read-dispatches.ts";
import { cursorsOf } from "./cursors.ts";

/** A dispatch with its executions, its notes and the live state of its run; `null` when there is none of this id. */
export async function getDispatch(hub: Hub, id: unknown): Promise<DispatchDetail | null> {
  const dispatchId = parseId(id);
  const store = storeOf(hub.env, dispatchId);
  const row = await readDispatch(store, dispatchId);
  if (row === undefined) return null;
  const [executions, notes, run] = await Promise.all([
    readExecutions(store, row.id),
    readNotes(store, row.id),
    runView(hub.env.DISPATCH_WORKFLOW, row.id),
  ]);
  return dispatchDetail(row, { executions, notes, run, now: hub.now() });
}

/** A page of dispatches, newest first; ongoing ones in the order in which the hub looks at them. */
export async function listDispatches(hub: Hub, query: unknown): Promise<Page<DispatchView>> {
  const { cursor, ...parsed } = parseDispatchQuery(query);
  const cursors = cursorsOf(hub, { list: "dispatches", ...parsed, limit: undefined });
  const { rows, last } = await readDispatches(homeStore(hub.env), parsed, await cursors.open(cursor));
  const now = hub.now();
  const items = rows.map((row) => dispatchView(row, now));
  return { items, ...(await cursors.seal(last && positionOf(last, parsed))) };
}
