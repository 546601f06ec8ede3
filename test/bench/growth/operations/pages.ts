import { type PageName, pathOf } from "../../../../src/console/pages.ts";
import { markSwept } from "../../../hub-database.ts";
import { RARE_TEXT } from "../../seed/catalogue.ts";
import type { GrownHub, Ids } from "../grown-hub.ts";
import { BOUNDS } from "./bounds.ts";
import { timeToFirstByte } from "./first-byte.ts";
import { type Operation, type Sample, sampleOf } from "./operation.ts";

/** What is measured of each page. One that is missing here does not compile; one that is empty says why. */
const BY_PAGE: Readonly<Record<PageName, readonly Operation[]>> = {
  overview: [pageWithFigures("/", BOUNDS.health + BOUNDS.stats + BOUNDS.one)],
  events: [
    page("/events", BOUNDS.search),
    page("/events?type=order.placed", BOUNDS.search),
    page("/events?text=(rare)", BOUNDS.search, () => `/events?text=${encodeURIComponent(RARE_TEXT)}`),
  ],
  // Reads nothing.
  emit: [],
  event: [page("/events/(id)", BOUNDS.one, ({ event }) => pathOf("event", event))],
  dispatches: [page("/dispatches", BOUNDS.list), page("/dispatches?status=ongoing", BOUNDS.list)],
  dispatch: [page("/dispatches/(id)", BOUNDS.one, ({ dispatch }) => pathOf("dispatch", dispatch))],
  deadLetters: [page("/dead-letters", BOUNDS.deadLetters)],
  deadLetterGroup: [page("/dead-letters/group?destination=email&status=failed", BOUNDS.list)],
  destinations: [pageWithFigures("/destinations", BOUNDS.stats + BOUNDS.one)],
  activity: [page("/activity", BOUNDS.list)],
  bulks: [page("/bulks", BOUNDS.one)],
  newBulk: [page("/bulks/new?kind=retry&destination=billing", BOUNDS.preview)],
  // Two rows by their keys once it is over; while it runs, what /bulks/new reads.
  bulk: [],
};

/** The console, as whoever looks at it waits for it. */
export const PAGES: readonly Operation[] = [...Object.values(BY_PAGE).flat(), page("/health", BOUNDS.health)];

function page(name: string, bound: number, path: (ids: Ids) => string = () => name): Operation {
  return { name, kind: "page", bound, sample: (hub) => look(hub, path(hub.ids)) };
}

/** The hub keeps the figures of one window for some seconds. Asked for another one, it has to count anew for the page. */
function pageWithFigures(name: string, bound: number): Operation {
  const shown = page(name, bound);
  const sample = async (hub: GrownHub) => {
    await hub.timed([{ method: "stats", given: [{ from: new Date(Date.now() - 1_000).toISOString() }] }]);
    return await shown.sample(hub);
  };
  return { ...shown, sample };
}

async function look({ stack, stateDir, take }: GrownHub, path: string): Promise<Sample> {
  await markSwept(stateDir);
  const { status, ms } = await timeToFirstByte(new URL(path, stack.url).href);
  if (status !== 200) throw new Error(`${path} answers ${status}.`);
  return sampleOf({ ms, meters: await take() });
}
