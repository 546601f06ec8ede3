import type { EventDetail, EventSummary, HubEvent } from "../../../schema/contract/events.ts";
import type { Page } from "../../../schema/contract/page.ts";
import type { Hub } from "../../bindings/hub.ts";
import { openCursor, sealCursor } from "../../domain/base/cursor.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { storedEvent } from "../../domain/emit/plan-emit.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { parseEventQuery, parseEventSearch } from "../../domain/read/event-query.ts";
import { eventDetail, eventSummary } from "../../domain/read/event-view.ts";
import { homeStore, storeOf } from "../../store/d1/stores.ts";
import { countDispatchesOf, readDispatchesOf } from "../../store/read/read-dispatches.ts";
import { findEvents, positionOf, readEvent, readEvents } from "../../store/read/read-events.ts";

/** An event with its dispatches; `null` when there is none of this id. */
export async function getEvent(hub: Hub, id: unknown): Promise<EventDetail | null> {
  const eventId = parseId(id);
  const store = storeOf(hub.env, eventId);
  const row = await readEvent(store, eventId);
  if (row === undefined) return null;
  const now = hub.now();
  const dispatches = await readDispatchesOf(store, row.id);
  return eventDetail(
    row,
    dispatches.map((dispatch) => dispatchView(dispatch, now)),
  );
}

/** A page of events, newest first; by key, in the order of sources. */
export async function listEvents(hub: Hub, query: unknown): Promise<Page<HubEvent>> {
  const { cursor, ...parsed } = parseEventQuery(query);
  const list = { list: "events", ...parsed, limit: undefined };
  const position = cursor === undefined ? undefined : await openCursor(cursor, list);
  const { rows, last } = await readEvents(homeStore(hub.env), parsed, position);
  const items = rows.map(storedEvent);
  return last === undefined ? { items } : { items, cursor: await sealCursor(positionOf(last, parsed), list) };
}

/** The same without the data, also by text in it, with how the dispatches of each stand. */
export async function searchEvents(hub: Hub, query: unknown): Promise<Page<EventSummary>> {
  const { cursor, ...parsed } = parseEventSearch(query);
  const list = { list: "search", ...parsed, limit: undefined };
  const position = cursor === undefined ? undefined : await openCursor(cursor, list);
  const { rows, last } = await findEvents(homeStore(hub.env), parsed, position);
  const ids = rows.map(({ id }) => id);
  const counts = ids.length === 0 ? new Map<string, never>() : await countDispatchesOf(homeStore(hub.env), ids);
  const items = rows.map((row) => eventSummary(row, counts.get(row.id) ?? {}));
  return last === undefined ? { items } : { items, cursor: await sealCursor(positionOf(last, parsed), list) };
}
