import type { Health } from "../../../schema/contract/health.ts";
import { STATUSES } from "../../../schema/contract/statuses.ts";
import { PAGES } from "../pages.ts";
import { eventPath, withQuery } from "../parts/links.tsx";
import { count, When } from "../parts/when.tsx";

/** How many dispatches stand how; each leads to their list. */
export function StatusCounts({ health: { counts, overdue } }: { health: Health }) {
  return (
    <ul class="counts">
      {STATUSES.map((status) => (
        <li class={counts[status] > 0 ? `some ${status}` : undefined}>
          <a href={withQuery(PAGES.dispatches.path, { status })}>
            <b>{count(counts[status])}</b> {status}
          </a>
        </li>
      ))}
      <li class={overdue > 0 ? "some overdue" : undefined}>
        <a href={withQuery(PAGES.dispatches.path, { status: "ongoing" })}>
          <b>{count(overdue)}</b> overdue
        </a>
      </li>
    </ul>
  );
}

const SHOWN = 8;

export function LatestEvents({ latest }: { latest: Health["latest"] }) {
  if (latest.length === 0) return <p>No event has been emitted yet.</p>;
  return (
    <>
      <ul class="lines">
        {latest.slice(0, SHOWN).map(({ id, type, source, emittedAt }) => (
          <li id={id}>
            <a href={eventPath(id)}>{type}</a> {source !== undefined && <bdi class="soft">{source}</bdi>}
            <span class="soft end">
              <When at={emittedAt} />
            </span>
          </li>
        ))}
      </ul>
      <p>
        <a href={PAGES.events.path}>All events</a>
      </p>
    </>
  );
}
