import type { DispatchDetail } from "../../../schema/contract/dispatches.ts";
import { Badge } from "../parts/badge.tsx";
import { Table } from "../parts/table.tsx";
import { between, count, span, When } from "../parts/when.tsx";

export function Attempts({ dispatch }: { dispatch: DispatchDetail }) {
  const { executions, attempts } = dispatch;
  if (executions.length === 0) return <p>None so far.</p>;
  return (
    <>
      {executions.length < attempts && (
        <p>
          The latest {count(executions.length)} of {count(attempts)}.
        </p>
      )}
      <AttemptTable executions={executions} />
    </>
  );
}

function AttemptTable({ executions }: Pick<DispatchDetail, "executions">) {
  return (
    <Table
      label="Attempts"
      columns={[{ name: "Attempt", class: "number" }, "Outcome", "Started", { name: "Took", class: "number" }, "Error"]}
    >
      {executions.map(({ attempt, outcome, startedAt, finishedAt, error }) => (
        <tr>
          <td class="number">{attempt}</td>
          <td>
            <Badge stage={outcome} />
          </td>
          <td>
            <When at={startedAt} />
          </td>
          <td class="number">{span(between(startedAt, finishedAt))}</td>
          <td class="reason">
            <Failure error={error} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Failure({ error }: { error: DispatchDetail["executions"][number]["error"] }) {
  if (error === undefined) return null;
  const said = (
    <bdi>
      {error.name}: {error.message}
    </bdi>
  );
  if (error.stack === undefined) return said;
  return (
    <details>
      <summary>{said}</summary>
      <pre>{error.stack}</pre>
    </details>
  );
}
