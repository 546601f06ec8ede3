import type { Activity } from "../../../schema/contract/activity.ts";
import type { Page } from "../../../schema/contract/page.ts";
import type { Hub } from "../../bindings/hub.ts";
import { openCursor, sealCursor } from "../../domain/base/cursor.ts";
import { activityView, parseActivityQuery } from "../../domain/read/activity-query.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { positionOf, readActivity } from "../../store/read/read-activity.ts";

/** A page of what was done off the usual path, newest first. */
export async function activity(hub: Hub, query: unknown): Promise<Page<Activity>> {
  const { cursor, ...parsed } = parseActivityQuery(query);
  const list = { list: "activity", ...parsed, limit: undefined };
  const position = cursor === undefined ? undefined : await openCursor(cursor, list);
  const { rows, last } = await readActivity(homeStore(hub.env), parsed, position);
  const items = rows.map(({ id: _, ...note }) => activityView(note));
  return last === undefined ? { items } : { items, cursor: await sealCursor(positionOf(last), list) };
}
