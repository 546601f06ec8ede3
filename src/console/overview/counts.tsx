import type { Health } from "../../../schema/contract/health.ts";
import { isBad, STATUSES } from "../../../schema/contract/statuses.ts";
import { READ } from "../../../schema/limits.ts";
import { PAGES } from "../pages.ts";
import { eventPath, withQuery } from "../parts/links.tsx";
import { count, When } from "../parts/when.tsx";

/** What somebody has to see to, whenever it was emitted; each leads to its list. A figure with a plus is cut. */
export function OwedNow({ health: { deadLetters, overdue } }: { health: Health }) {
  return (
    <ul class="counts">
      <Tile
        name={deadLetters.count === 1 ? "dead letter" : "dead letters"}
        value={deadLetters.count}
        cut={deadLetters.more}
        tone="failed"
        href={PAGES.deadLetters.path}
      />
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

/** How many dispatches of the last day stand how; each leads to its list. */
export function StatusCounts({ health }: { health: Health }) {
  const { counts, deadLetters, truncated, failuresTruncated } = health;
  return (
    <ul class="counts">
      {STATUSES.map((status) => {
        const bad = isBad(status);
        return (
          <Tile
            name={status}
            value={counts[status]}
            cut={bad ? failuresTruncated : truncated}
            // What has been retried since is nobody's business any more.
            tone={bad && deadLetters.count === 0 ? "" : status}
            href={withQuery(PAGES.dispatches.path, { status })}
          />
        );
      })}
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

/** Which clock each figure has, and where it is cut. */
export function CountedBy({ health: { truncated, countedFrom, failuresTruncated, failuresFrom } }: { health: Health }) {
  return (
    <p class="soft">
      By time of emission
      {truncated && (
        <>
          , the latest {count(READ.healthRows)}, since <When at={countedFrom} />
        </>
      )}
      ; failed, misconfigured and lost by time of settlement, retried or not
      {failuresTruncated && (
        <>
          , all since <When at={failuresFrom} /> and some before
        </>
      )}
      .
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
            <a href={eventPath(id)}>
              <bdi>{type}</bdi>
            </a>{" "}
            {source !== undefined && <bdi class="soft">{source}</bdi>}
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
