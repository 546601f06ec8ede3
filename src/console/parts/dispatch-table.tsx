import type { Child } from "hono/jsx";
import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import { Badge } from "./badge.tsx";
import { dispatchPath, Id } from "./links.tsx";
import { type Column, Table } from "./table.tsx";
import { When } from "./when.tsx";

interface DispatchTableProps {
  readonly dispatches: readonly DispatchView[];
  /** With a box each, named `ids`, for the form around the table. */
  readonly selectable?: boolean;
  /** What can be done with a row, in a column of its own. */
  readonly actionOf?: (dispatch: DispatchView) => Child;
}

const COLUMNS: readonly Column[] = [
  "Dispatch",
  "Destination",
  { name: "Route", class: "extra" },
  "Status",
  { name: "Attempts", class: "number" },
  "When",
  { name: "Reason", class: "extra" },
];

/** Dispatches, one a row. */
export function DispatchTable({ dispatches, selectable = false, actionOf }: DispatchTableProps) {
  const columns: readonly Column[] = [
    ...(selectable ? [{ name: "Selected", hidden: true }] : []),
    ...COLUMNS,
    ...(actionOf === undefined ? [] : [{ name: "Actions", hidden: true }]),
  ];
  return (
    <Table columns={columns}>
      {dispatches.map((dispatch) => (
        <tr id={dispatch.id}>
          {selectable && (
            <td>
              <input type="checkbox" name="ids" value={dispatch.id} aria-label={`Select ${dispatch.id}`} />
            </td>
          )}
          <td>
            <Id id={dispatch.id} href={dispatchPath(dispatch.id)} />
          </td>
          <td>{dispatch.destination}</td>
          <td class="extra">{dispatch.route}</td>
          <td>
            <Badge stage={dispatch.stage} />
            <Closed standing={dispatch.standing} />
          </td>
          <td class="number">{dispatch.attempts}</td>
          <td class="when">
            <Moment dispatch={dispatch} />
          </td>
          <td class="extra reason">{dispatch.reason}</td>
          {actionOf !== undefined && <td class="end">{actionOf(dispatch)}</td>}
        </tr>
      ))}
    </Table>
  );
}

/** Why what failed is no dead letter. */
function Closed({ standing }: { standing: DispatchView["standing"] | undefined }) {
  return standing === undefined || standing === "dead letter" ? null : <span class="soft"> {standing}</span>;
}

/** The moment that matters: when it settled, or when it is due. */
function Moment({ dispatch: { settledAt, dueAt } }: { dispatch: DispatchView }) {
  if (settledAt !== undefined) return <When at={settledAt} />;
  return (
    <>
      due <When at={dueAt} />
    </>
  );
}
