import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { EventSummary } from "../../../schema/contract/events.ts";
import { isDispatchId, isEventId } from "../../../schema/ids.ts";
import { READ } from "../../../schema/limits.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { Counts } from "../parts/badge.tsx";
import { Field, Moment } from "../parts/fields.tsx";
import { type FormFields, queryFields, utc } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { dispatchPath, eventPath, withQuery } from "../parts/links.tsx";
import { Pager } from "../parts/pager.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

const { path } = PAGES.events;
const FILTERS = ["type", "subject", "source", "key", "correlationId", "text", "from", "to", "cursor"] as const;
type Filters = FormFields<(typeof FILTERS)[number]>;
const PAGE = 50;
const RENEW_MS = 10_000;

/** Events by what they are, and the search box that stands on every page. */
export function eventListRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(path, async (context) => {
      const filters = queryFields(context, FILTERS);
      const { items, cursor } = await hub.searchEvents({ ...filters, from: utc(filters.from), to: utc(filters.to), limit: PAGE });
      const mayEmit = isOperator(context.var.visitor);
      const body = <Events events={items} cursor={cursor} filters={filters} mayEmit={mayEmit} />;
      // Who pages back looks at something that lies still, and a search for text is not repeated unasked.
      const renews = filters.cursor === undefined && filters.text === undefined;
      return page(context, { title: "Events", ...(renews && { renew: RENEW_MS }), body });
    })
    .get("/search", async (context) => context.redirect(await placeOf(hub, context.req.query("q")?.trim().slice(0, READ.maxFilter) ?? "")));
}

/** Where something typed into the search box is found: an id leads to its page, else a subject, a key, a type, else text in the data. */
async function placeOf(hub: EventHubApi, sought: string): Promise<string> {
  if (sought === "") return path;
  const id = sought.toLowerCase();
  // What others call their orders looks like an id as well.
  if (isEventId(id) && (await hub.getEvent(id)) !== null) return eventPath(id);
  if (isDispatchId(id) && (await hub.getDispatch(id)) !== null) return dispatchPath(id);
  // No type holds a star, and to ask for one is refused.
  const names = sought.includes("*") ? (["subject", "key"] as const) : (["subject", "key", "type"] as const);
  for (const name of names) {
    const { items, cursor } = await hub.searchEvents({ [name]: sought, limit: 2 });
    const [only, another] = items;
    if (only !== undefined && another === undefined && cursor === undefined) return withQuery(eventPath(only.id), { q: sought });
    if (only !== undefined) return withQuery(path, { [name]: sought, q: sought });
  }
  return withQuery(path, { text: sought.slice(0, 200), q: sought });
}

interface EventsProps {
  readonly events: readonly EventSummary[];
  readonly cursor: string | undefined;
  readonly filters: Filters;
  readonly mayEmit: boolean;
}

function Events({ events, cursor, filters, mayEmit }: EventsProps) {
  return (
    <>
      <div class="title">
        <h1>Events</h1>
        {mayEmit && (
          <a class="button" href={PAGES.emit.path}>
            Emit an event
          </a>
        )}
      </div>
      <form class="filters" action={path}>
        <Field name="type" label="Type" value={filters.type} placeholder="order.placed" />
        <Field name="subject" label="Subject" value={filters.subject} placeholder="1042" />
        <Field name="source" label="Source" value={filters.source} />
        <Field name="key" label="Key" value={filters.key} />
        <Field name="text" label="Text in the data" value={filters.text} maxlength={200} />
        <Moment name="from" label="From" value={filters.from} />
        <Moment name="to" label="To" value={filters.to} />
        {filters.correlationId !== undefined && <Field name="correlationId" label="Chain" value={filters.correlationId} />}
        <button type="submit">Search</button>
      </form>
      {events.length === 0 ? <Nothing filters={filters} more={cursor !== undefined} /> : <EventTable events={events} />}
      <Pager path={path} query={filters} cursor={cursor} short={events.length < PAGE} />
    </>
  );
}

function Nothing({ filters, more }: { filters: Filters; more: boolean }) {
  if (more) return <p class="notice">Nothing like it among those that were looked at. There are older ones.</p>;
  const isFiltered = Object.keys(filters).length > 0;
  return <p class="notice">{isFiltered ? "No event is like that." : "No event has been emitted yet."}</p>;
}

function EventTable({ events }: { events: readonly EventSummary[] }) {
  return (
    <Table columns={["Event", "Subject", { name: "Source", class: "extra" }, "Dispatches", { name: "Data", class: "extra" }, "Emitted"]}>
      {events.map(({ id, type, subject, source, dispatches, excerpt, emittedAt }) => (
        <tr id={id}>
          <td>
            <a href={eventPath(id)} title={id}>
              <bdi>{type}</bdi>
            </a>
          </td>
          <td>
            <bdi>{subject}</bdi>
          </td>
          <td class="extra">
            <bdi>{source}</bdi>
          </td>
          <td>
            <Counts counts={dispatches} />
          </td>
          <td class="extra excerpt">
            <code>
              <bdi>{excerpt}</bdi>
            </code>
          </td>
          <td>
            <When at={emittedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
