import type { DispatchView, EventHubApi, HubEvent, Page } from "flowhub";
import { plain } from "../../../tools/local/observer.ts";

/** Of all that the hub holds, what belongs to this run: events it emitted, events that follow from those, and their dispatches. */
export interface RunReader {
  readonly events: () => Promise<HubEvent[]>;
  readonly dispatches: () => Promise<DispatchView[]>;
}

const PAGE = 200;

/** `emitted`: ids of the events this run emitted itself. `from`: before the first of them. */
export function runReader(hub: EventHubApi, { from, emitted }: { from: Date; emitted: ReadonlySet<string> }): RunReader {
  const followUps = new Map<string, boolean>();
  const isFollowUp = async (id: string) => {
    const known = followUps.get(id);
    if (known !== undefined) return known;
    const event = plain(await hub.getEvent(id));
    const follows = event !== null && emitted.has(event.correlationId);
    followUps.set(id, follows);
    return follows;
  };
  return {
    async events() {
      const all = await everyPage((cursor) => hub.listEvents({ from, limit: PAGE, cursor }));
      return all.filter(({ correlationId }) => emitted.has(correlationId));
    },
    async dispatches() {
      const own: DispatchView[] = [];
      for (const dispatch of await everyPage((cursor) => hub.listDispatches({ from, limit: PAGE, cursor }))) {
        if (emitted.has(dispatch.eventId) || (await isFollowUp(dispatch.eventId))) own.push(dispatch);
      }
      return own;
    },
  };
}

async function everyPage<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = plain(await read(cursor));
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
