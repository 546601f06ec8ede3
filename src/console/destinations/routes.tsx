import type { ConfiguredRoute } from "../../../schema/contract/configuration.ts";
import { Table } from "../parts/table.tsx";
import { retriesOf, span } from "../parts/when.tsx";

/** Which events go there, and how they are delivered. */
export function Routes({ name, routes }: { name: string; routes: readonly ConfiguredRoute[] }) {
  if (routes.length === 0) return <p class="soft">No route leads here.</p>;
  return (
    <Table
      label={`Routes to ${name}`}
      columns={["Route", "Takes", "Delay", { name: "Timeout", class: "extra" }, { name: "Retries", class: "extra" }]}
    >
      {routes.map(({ id, on, where, delayMs, policy }) => (
        <tr>
          <td>{id}</td>
          <td class="why">
            <code>{on}</code>
            {where !== undefined && (
              <>
                {" "}
                where <code>{where}</code>
              </>
            )}
          </td>
          <td>{delayMs === 0 ? "none" : span(delayMs)}</td>
          <td class="extra">{span(policy.timeoutMs)}</td>
          <td class="extra">{retriesOf(policy)}</td>
        </tr>
      ))}
    </Table>
  );
}
