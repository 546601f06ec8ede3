import type { DeadLetterGroup } from "../../../schema/contract/dead-letters.ts";
import { PAGES } from "../pages.ts";
import { Badge } from "../parts/badge.tsx";
import { dispatchPath, withQuery } from "../parts/links.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { count, When } from "../parts/when.tsx";

const COLUMNS: readonly Column[] = [
  "Destination",
  "Status",
  "Error",
  { name: "Dispatches", class: "number" },
  { name: "Since", class: "extra" },
  { name: "Latest", class: "extra" },
  { name: "Actions", hidden: true },
];

/** A row for each destination and error, the largest first. */
export function Groups({ groups, mayAct }: { groups: readonly DeadLetterGroup[]; mayAct: boolean }) {
  return (
    <Table columns={COLUMNS}>
      {groups.map((group) => (
        <GroupRow group={group} mayAct={mayAct} />
      ))}
    </Table>
  );
}

function GroupRow({ group, mayAct }: { group: DeadLetterGroup; mayAct: boolean }) {
  const { destination, status, reason = "", latest, firstSettledAt, lastSettledAt } = group;
  const filter = { destination, status, reason };
  return (
    <tr id={withQuery("group", filter)}>
      <td>{destination}</td>
      <td>
        <Badge stage={status} />
      </td>
      <td class="reason">{reason !== "" ? <bdi>{reason}</bdi> : <span class="soft">no reason</span>}</td>
      <td class="number">
        <a href={withQuery(PAGES.deadLetterGroup.path, filter)}>{count(group.count)}</a>
      </td>
      <td class="extra">
        <When at={firstSettledAt} />
      </td>
      <td class="extra">
        <a href={dispatchPath(latest)}>
          <When at={lastSettledAt} />
        </a>
      </td>
      <td class="end">
        {mayAct && (
          <a class="button" href={withQuery(PAGES.newBulk.path, { kind: "retry", ...filter })}>
            Redrive…
          </a>
        )}{" "}
        {mayAct && (
          <a class="button" href={withQuery(PAGES.newBulk.path, { kind: "dismiss", ...filter })}>
            Dismiss…
          </a>
        )}
      </td>
    </tr>
  );
}
