import type { Health } from "../../../schema/contract/health.ts";
import { BAD_STATUSES, STATUSES, type Status } from "../../../schema/contract/statuses.ts";
import { READ } from "../../../schema/limits.ts";
import { PAGES } from "../pages.ts";
import { eventPath, withQuery } from "../parts/links.tsx";
import { count, When } from "../parts/when.tsx";

/** How many dispatches stand how, and what somebody has to see to; each leads to its list. A figure with a plus is cut. */
export function StatusCounts({ health }: { health: Health }) {
  const { counts, overdue, deadLetters, truncated, failuresTruncated } = health;
  return (
    <ul class="counts">
      <Tile
        name={deadLetters.count === 1 ? "dead letter" : "dead letters"}
        value={deadLetters.count}
        cut={deadLetters.more}
        tone="failed"
        href={PAGES.deadLetters.path}
      />
      {STATUSES.map((status) => {
        const isBad = (BAD_STATUSES as readonly Status[]).includes(status);
        // What has been retried since is nobody's business any more.
        const tone = isBad && deadLetters.count === 0 ? "" : status;
        return (
          <Tile
            name={status}
            value={counts[status]}
            cut={isBad ? failuresTruncated : truncated}
            tone={tone}
            href={withQuery(PAGES.dispatches.path, { status })}
          />
        );
      })}
      <Tile
        name="overdue"
        value={overdue}
        cut={overdue >= READ.scanRows}
        tone="overdue"
        href={withQuery(PAGES.dispatches.path, { status: "ongoing" })}
      />
    </ul>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: number;
  /** There are more than were counted. */
  readonly cut: boolean;
  readonly tone: string;
  readonly href: string;
}

function Tile({ name, value, cut, tone, href }: TileProps) {
  return (
    <li class={value > 0 ? `some ${tone}`.trimEnd() : undefined}>
      <a href={href}>
        <b title={cut ? "there are more than were counted" : undefined}>
          {count(value)}
          {cut && "+"}
        </b>{" "}
        {name}
      </a>
    </li>
  );
}

/** Which clock each figure has, and where it stops. */
export function CountedBy({ health: { truncated, countedFrom, failuresTruncated, failuresFrom } }: { health: Health }) {
  return (
    <p class="soft">
      Failed, misconfigured and lost by time of settlement, {failuresTruncated && "the latest of them, all "}since{" "}
      <When at={failuresFrom} />, retried or not; the others by time of emission, {truncated && "the latest 10,000, "}since{" "}
      <When at={countedFrom} />; overdue and dead letters now.
    </p>
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
