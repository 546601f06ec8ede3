import type { Child } from "hono/jsx";
import type { DispatchView } from "../../../schema/contract.ts";
import { Badge } from "./badge.tsx";
import { dispatchPath, Id } from "./links.tsx";
import { When } from "./when.tsx";

interface DispatchTableProps {
  readonly dispatches: readonly DispatchView[];
  /** With a box each, named `ids`, for the form around the table. */
  readonly selectable?: boolean;
  /** What can be done with a row, in a column of its own. */
  readonly actionOf?: (dispatch: DispatchView) => Child;
}

/** Dispatches, one a row. */
export function DispatchTable({ dispatches, selectable = false, actionOf }: DispatchTableProps) {
  return (
    <div class="wide">
      <table>
        <Head selectable={selectable} actionable={actionOf !== undefined} />
        <tbody>
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
              </td>
              <td class="number">{dispatch.attempts}</td>
              <td class="when">
                <Moment dispatch={dispatch} />
              </td>
              <td class="extra reason">{dispatch.reason}</td>
              {actionOf !== undefined && <td class="end">{actionOf(dispatch)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ selectable, actionable }: { selectable: boolean; actionable: boolean }) {
  return (
    <thead>
      <tr>
        {selectable && (
          <th scope="col">
            <span class="hidden">Selected</span>
          </th>
        )}
        <th scope="col">Dispatch</th>
        <th scope="col">Destination</th>
        <th scope="col" class="extra">
          Route
        </th>
        <th scope="col">Status</th>
        <th scope="col" class="number">
          Attempts
        </th>
        <th scope="col">When</th>
        <th scope="col" class="extra">
          Reason
        </th>
        {actionable && (
          <th scope="col">
            <span class="hidden">Actions</span>
          </th>
        )}
      </tr>
    </thead>
  );
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
