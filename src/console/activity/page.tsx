import { Hono } from "hono";
import type { Activity } from "../../../schema/contract/activity.ts";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import { NOTE_KINDS, type NoteKind } from "../../../schema/contract/notes.ts";
import type { ConsoleEnv } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { Choice, Field, Moment } from "../parts/fields.tsx";
import { type FormFields, queryFields, utc } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { bulkPath, dispatchPath, Id, placeOfDestination, withQuery } from "../parts/links.tsx";
import { NoteText } from "../parts/notes.tsx";
import { Pager } from "../parts/pager.tsx";

const { path } = PAGES.activity;
const FILTERS = ["kind", "by", "destination", "from", "to", "cursor"] as const;
type Filters = FormFields<(typeof FILTERS)[number]>;
const KINDS = Object.keys(NOTE_KINDS) as NoteKind[];
const PAGE = 50;
const RENEW_MS = 10_000;

/** What was done off the usual path, by whom and why. */
export function activityRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get(path, async (context) => {
    const filters = queryFields(context, FILTERS);
    const kind = filters.kind as NoteKind | undefined;
    const { items, cursor } = await hub.activity({ ...filters, kind, from: utc(filters.from), to: utc(filters.to), limit: PAGE });
    const body = <ActivityList items={items} cursor={cursor} filters={filters} />;
    return page(context, { title: "Activity", ...(filters.cursor === undefined && { renew: RENEW_MS }), body });
  });
}

interface ActivityProps {
  readonly items: readonly Activity[];
  readonly cursor: string | undefined;
  readonly filters: Filters;
}

function ActivityList({ items, cursor, filters }: ActivityProps) {
  return (
    <>
      <h1>Activity</h1>
      <form class="filters" action={path}>
        <Choice name="kind" label="Kind" value={filters.kind} options={KINDS} any="any" />
        <Field name="by" label="By, exactly" value={filters.by} />
        <Field name="destination" label="Destination" value={filters.destination} />
        <Moment name="from" label="From" value={filters.from} />
        <Moment name="to" label="To" value={filters.to} />
        <button type="submit">Search</button>
      </form>
      {items.length === 0 ? (
        <p class="notice">
          {cursor === undefined ? "Nothing of the kind has been noted." : "Nothing like it among what was looked at. There is more."}
        </p>
      ) : (
        <ul class="lines">
          {items.map((one) => (
            <li>
              <About activity={one} /> <NoteText note={one} />
            </li>
          ))}
        </ul>
      )}
      <Pager path={path} query={filters} cursor={cursor} short={items.length < PAGE} />
    </>
  );
}

/** Leads to what a note is about. */
function About({ activity }: { activity: Activity }) {
  if ("dispatch" in activity) return <Id id={activity.dispatch} href={dispatchPath(activity.dispatch)} />;
  if ("destination" in activity) {
    return <a href={`${PAGES.destinations.path}${placeOfDestination(activity.destination)}`}>{activity.destination}</a>;
  }
  if ("bulk" in activity) return <a href={bulkPath(activity.bulk)}>bulk operation</a>;
  if ("chain" in activity) return <a href={withQuery(PAGES.events.path, { correlationId: activity.chain })}>chain</a>;
  return <span>hub</span>;
}
