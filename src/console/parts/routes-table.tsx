import type { RouteExplanation } from "../../../schema/contract/explanations.ts";
import { Table } from "./table.tsx";

/** Why each route takes an event or not; those that do come first. */
export function RoutesTable({ routes }: { routes: readonly RouteExplanation[] }) {
  if (routes.length === 0) return <p>The configuration that routed it has no routes that can be read.</p>;
  const ordered = [...routes.filter(({ matched }) => matched), ...routes.filter(({ matched }) => !matched)];
  return (
    <Table label="Routes" columns={["Route", "Matched", "Why"]}>
      {ordered.map(({ id, matched, why }) => (
        <tr class={matched ? undefined : "dim"}>
          <td>{id}</td>
          <td>{matched ? <span class="badge good">✓ yes</span> : <span class="badge quiet">– no</span>}</td>
          <td class="why">
            <code>{why}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
}
