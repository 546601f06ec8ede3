import type { EventDetail, HubEvent, Page } from "../../schema/contract.ts";
import { openCursor, sealCursor } from "../domain/cursor.ts";
import { parseEventQuery, parseId } from "../domain/read-query.ts";
import { dispatchView, eventDetail, eventView } from "../domain/views.ts";
import { readDispatchesOf } from "../store/read-dispatches.ts";
import { positionOf, readEvent, readEvents } from "../store/read-events.ts";

/** An event with its dispatches; `null` when there is none of this id. */
export async function getEvent(env: Env, id: unknown): Promise<EventDetail | null> {
  const row = await readEvent(env.DB, parseId(id));
  if (row === undefined) return null;
  const now = Date.now();
  const dispatches = await readDispatchesOf(env.DB, row.id);
  return eventDetail(
    row,
    dispatches.map((dispatch) => dispatchView(dispatch, now)),
  );
}

/** A page of events, newest first; by key, in the order of sources. */
export async function listEvents(env: Env, query: unknown): Promise<Page<HubEvent>> {
  const { cursor, ...parsed } = parseEventQuery(query);
  const list = { list: "events", ...parsed, limit: undefined };
  const position = cursor === undefined ? undefined : await openCursor(cursor, list);
  const { rows, last } = await readEvents(env.DB, parsed, position);
  const items = rows.map(eventView);
  return last === undefined ? { items } : { items, cursor: await sealCursor(positionOf(last, parsed), list) };
}
