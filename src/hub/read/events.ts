import type { EventDetail, EventSummary, HubEvent } from "../../../schema/contract/events.ts";
import type { Page } from "../../../schema/contract/page.ts";
import { Fault } from "../../../schema/faults.ts";
import { READ, SEARCH } from "../../../schema/limits.ts";
import type { Hub } from "../../bindings/hub.ts";
import { oneAtATime } from "../../bindings/turns.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { storedEvent } from "../../domain/emit/plan-emit.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { parseEventQuery, parseEventSearch } from "../../domain/read/event-query.ts";
import { eventDetail, eventSummary } from "../../domain/read/event-view.ts";
import { homeStore, storeOf } from "../../store/d1/stores.ts";
import { countDispatchesOf, readDispatchesOf } from "../../store/read/read-dispatches.ts";
import { findEvents, positionOf, readEvent, readEvents } from "../../store/read/read-events.ts";
import { cursorsOf } from "./cursors.ts";

/** An event with its dispatches; `null` when there is none of this id. */
export async function getEvent(hub: Hub, id: unknown): Promise<EventDetail | null> {
  const eventId = parseId(id);
  const store = storeOf(hub.env, eventId);
  const row = await readEvent(store, eventId);
  if (row === undefined) return null;
  const now = hub.now();
  const dispatches = await readDispatchesOf(store, row.id, READ.dispatchesShown);
  return eventDetail(
    row,
    dispatches.map((dispatch) => dispatchView(dispatch, now)),
  );
}

/** A page of events, newest first; by key, in the order of sources. */
export async function listEvents(hub: Hub, query: unknown): Promise<Page<HubEvent>> {
  const { cursor, ...parsed } = parseEventQuery(query);
  const cursors = cursorsOf(hub, { list: "events", ...parsed, limit: undefined });
  const { rows, last } = await readEvents(homeStore(hub.env), parsed, await cursors.open(cursor));
  return { items: rows.map(storedEvent), ...(await cursors.seal(last && positionOf(last, parsed))) };
}

/** The same without the data, also by text in it, with how the dispatches of each stand. */
export async function searchEvents(hub: Hub, query: unknown): Promise<Page<EventSummary>> {
  const { cursor, ...parsed } = parseEventSearch(query);
  const cursors = cursorsOf(hub, { list: "search", ...parsed, limit: undefined });
  const position = await cursors.open(cursor);
  const find = async () => await findEvents(homeStore(hub.env), parsed, position);
  const { rows, last } = parsed.text === undefined ? await find() : await inTurnOrBusy(hub, find);
  const ids = rows.map(({ id }) => id);
  const counts = ids.length === 0 ? new Map<string, never>() : await countDispatchesOf(homeStore(hub.env), ids);
  const items = rows.map((row) => eventSummary(row, counts.get(row.id) ?? {}));
  return { items, ...(await cursors.seal(last && positionOf(last, parsed))) };
}

const inTurn = oneAtATime(SEARCH);

/** Searches for text one after the other. Throws `search.busy`. */
async function inTurnOrBusy<Result>(hub: Hub, search: () => Promise<Result>): Promise<Result> {
  const done = await inTurn(hub.now, search);
  if (done !== undefined) return done.result;
  throw new Fault("search.busy", "Others are searching for text. Try again in a moment, or filter by type, subject or source.");
}
