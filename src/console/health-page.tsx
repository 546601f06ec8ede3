import type { Health } from "../../schema/contract.ts";
import { STATUSES } from "../../schema/contract.ts";
import { D1 } from "../../schema/limits.ts";

/** Counts, latest events and configuration at a glance. Shows no payload; reloads itself without a script. */
export function HealthPage({ health }: { health: Health }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>flowhub</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>flowhub</h1>
          <Configuration config={health.config} />
          <h2>Dispatches</h2>
          <Counts health={health} />
          <Room storage={health.storage} />
          <p>
            {health.truncated ? "The latest 10,000, since" : "Of events emitted since"}{" "}
            <time datetime={health.countedFrom}>{health.countedFrom}</time>.
          </p>
          <h2>Latest events</h2>
          <div class="wide">
            <LatestEvents latest={health.latest} />
          </div>
        </main>
      </body>
    </html>
  );
}

function Configuration({ config }: { config: Health["config"] }) {
  if (!("issues" in config)) {
    return (
      <p>
        Configuration <code>{config.version.slice(0, 12)}</code>
      </p>
    );
  }
  return (
    <section class="wrong" role="alert">
      <strong>The configuration is invalid.</strong> Nothing is accepted and nothing is attempted until it is corrected; nothing stored is
      lost.
      <ul>
        {config.issues.map(({ path, message }) => (
          <li>
            <code>{path === "" ? "configuration" : path}</code>: {message}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Counts({ health: { counts, overdue } }: { health: Health }) {
  const shown = [...STATUSES.map((status) => ({ name: status as string, count: counts[status] })), { name: "overdue", count: overdue }];
  return (
    <ul class="counts">
      {shown.map(({ name, count }) => (
        <li class={count > 0 ? `${name} some` : name}>
          <b>{count}</b> {name}
        </li>
      ))}
    </ul>
  );
}

/** How full the database is: one that is full refuses everything, reads included. */
function Room({ storage: { bytes, limitBytes, warning } }: { storage: Health["storage"] }) {
  const share = `${((bytes / limitBytes) * 100).toFixed(1)} %`;
  return (
    <p class={warning ? "room wrong" : "room"} role={warning ? "alert" : undefined}>
      <label>
        Database <meter min={0} max={limitBytes} high={limitBytes * D1.warnAtShare} value={bytes} />{" "}
        {(bytes / 1_000_000).toLocaleString("en", { maximumFractionDigits: 1 })} MB, {share} of{" "}
        {(limitBytes / 1_000_000_000).toLocaleString("en")} GB.
      </label>
      {warning && " A full database accepts nothing: purge what is old."}
    </p>
  );
}

function LatestEvents({ latest }: { latest: Health["latest"] }) {
  if (latest.length === 0) return <p>None yet.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Type</th>
          <th scope="col" class="source">
            Source
          </th>
          <th scope="col">Emitted</th>
          <th scope="col" class="id">
            Id
          </th>
        </tr>
      </thead>
      <tbody>
        {latest.map((event) => (
          <tr>
            <td>{event.type}</td>
            <td class="source">{event.source ?? "—"}</td>
            <td>
              <time datetime={event.emittedAt}>{event.emittedAt}</time>
            </td>
            <td class="id">
              <code>{event.id}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
