import type { ConfiguredRoute } from "../../../schema/search.ts";
import { retriesOf, span } from "../parts/when.tsx";

/** Which events go there, and how they are delivered. */
export function Routes({ name, routes }: { name: string; routes: readonly ConfiguredRoute[] }) {
  if (routes.length === 0) return <p class="soft">No route leads here.</p>;
  return (
    <section class="wide" aria-label={`Routes to ${name}`} tabindex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col">Takes</th>
            <th scope="col">Delay</th>
            <th scope="col" class="extra">
              Timeout
            </th>
            <th scope="col" class="extra">
              Retries
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </section>
  );
}
