import type { DispatchDetail, DispatchView } from "../../../schema/contract/dispatches.ts";
import type { Page } from "../../../schema/contract/page.ts";
import { runView } from "../../bindings/dispatch-runs.ts";
import { openCursor, sealCursor } from "../../domain/base/cursor.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseDispatchQuery } from "../../domain/read/dispatch-query.ts";
import { dispatchDetail, dispatchView } from "../../domain/read/dispatch-view.ts";
import { positionOf, readDispatch, readDispatches, readExecutions, readNotes } from "../../store/read/read-dispatches.ts";

/** A dispatch with its executions, its notes and the live state of its run; `null` when there is none of this id. */
export async function getDispatch(env: Env, id: unknown): Promise<DispatchDetail | null> {
  const row = await readDispatch(env.DB, parseId(id));
  if (row === undefined) return null;
  const [executions, notes, run] = await Promise.all([
    readExecutions(env.DB, row.id),
    readNotes(env.DB, row.id),
    runView(env.DISPATCH_WORKFLOW, row.id),
  ]);
  return dispatchDetail(row, { executions, notes, run, now: Date.now() });
}

/** A page of dispatches, newest first; ongoing ones in the order in which the hub looks at them. */
export async function listDispatches(env: Env, query: unknown): Promise<Page<DispatchView>> {
  const { cursor, ...parsed } = parseDispatchQuery(query);
  const list = { list: "dispatches", ...parsed, limit: undefined };
  const position = cursor === undefined ? undefined : await openCursor(cursor, list);
  const { rows, last } = await readDispatches(env.DB, parsed, position);
  const now = Date.now();
  const items = rows.map((row) => dispatchView(row, now));
  return last === undefined ? { items } : { items, cursor: await sealCursor(positionOf(last, parsed), list) };
}
