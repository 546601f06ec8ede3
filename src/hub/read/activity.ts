import type { Activity } from "../../../schema/contract/activity.ts";
import type { Page } from "../../../schema/contract/page.ts";
import type { Hub } from "../../bindings/hub.ts";
import { activityView, parseActivityQuery } from "../../domain/read/activity-query.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { positionOf, readActivity } from "../../store/read/read-activity.ts";
import { cursorsOf } from "./cursors.ts";

/** A page of what was done off the usual path, newest first. */
export async function activity(hub: Hub, query: unknown): Promise<Page<Activity>> {
  const { cursor, ...parsed } = parseActivityQuery(query);
  const cursors = cursorsOf(hub, { list: "activity", ...parsed, limit: undefined });
  const { rows, last } = await readActivity(homeStore(hub.env), parsed, await cursors.open(cursor));
  return { items: rows.map(({ id: _, ...note }) => activityView(note)), ...(await cursors.seal(last && positionOf(last))) };
}
