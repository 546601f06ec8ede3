import type { DispatchView } from "../../../schema/contract.ts";
import { Badge } from "./badge.tsx";
import { dispatchPath, Id } from "./links.tsx";
import { When } from "./when.tsx";

/** Dispatches, one a row. `selectable`: with a box each, named `ids`, for the form around the table. */
export function DispatchTable({ dispatches, selectable = false }: { dispatches: readonly DispatchView[]; selectable?: boolean }) {
  return (
    <div class="wide">
      <table>
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
          </tr>
        </thead>
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
              <td>
                <Moment dispatch={dispatch} />
              </td>
              <td class="extra reason">{dispatch.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
