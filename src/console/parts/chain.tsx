import type { EventSummary } from "../../../schema/contract/events.ts";
import { eventIdOf } from "../../../schema/ids.ts";
import { Counts } from "./badge.tsx";
import { eventPath } from "./links.tsx";
import { When } from "./when.tsx";

/** Events that cause each other, as a tree: each under the one in whose delivery it was emitted. */
export function Chain({ events, current }: { events: readonly EventSummary[]; current: string }) {
  const known = new Set(events.map(({ id }) => id));
  const parentOf = ({ causationId }: EventSummary) => (causationId === undefined ? undefined : eventIdOf(causationId));
  const children = Map.groupBy(events.toReversed(), (event) => {
    const parent = parentOf(event);
    return parent !== undefined && known.has(parent) ? parent : "";
  });
  return (
    <ul class="chain">
      <Branch of="" childrenOf={children} current={current} />
    </ul>
  );
}

interface BranchProps {
  readonly of: string;
  readonly childrenOf: ReadonlyMap<string, readonly EventSummary[]>;
  readonly current: string;
}

function Branch({ of, childrenOf, current }: BranchProps) {
  return (
    <>
      {(childrenOf.get(of) ?? []).map((event) => (
        <li id={event.id}>
          <span class="node">
            <a href={eventPath(event.id)} aria-current={event.id === current ? "true" : undefined}>
              <bdi>{event.type}</bdi>
            </a>{" "}
            {event.subject !== undefined && <bdi class="soft">{event.subject}</bdi>} <Counts counts={event.dispatches} />{" "}
            <span class="soft">
              <When at={event.emittedAt} />
            </span>
          </span>
          {childrenOf.has(event.id) && (
            <ul>
              <Branch of={event.id} childrenOf={childrenOf} current={current} />
            </ul>
          )}
        </li>
      ))}
    </>
  );
}
