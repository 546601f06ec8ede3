import type { DestinationStats, Percentiles } from "../../../schema/contract/stats.ts";
import { PAGES } from "../pages.ts";
import { Counts } from "../parts/badge.tsx";
import { withQuery } from "../parts/links.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { count, counted, span } from "../parts/when.tsx";

/** What became of what it was owed, and how long that took. */
export function Figures({ name, figures }: { name: string; figures: DestinationStats | undefined }) {
  if (figures === undefined) return <p class="soft">It was owed nothing in the last 24 hours, and nothing to it was given up.</p>;
  const { series, counts, deadLetters, attempts, backlog, backlogTruncated, handleMs, settledMs } = figures;
  return (
    <div class="figures">
      <Sparkline series={series} />
      <Counts counts={counts} />
      <a href={withQuery(PAGES.dispatches.path, { status: "ongoing", destination: name })}>
        {count(backlog)}
        {backlogTruncated && " or more"} in the backlog
      </a>
      {deadLetters > 0 && (
        <a class="bad" href={withQuery(PAGES.deadLetters.path, { destination: name })}>
          {counted(deadLetters, "dead letter")}
        </a>
      )}
      <span>{counted(attempts, "attempt")}</span>
      <Times label="handle()" times={handleMs} />
      <Times label="emitted to settled" times={settledMs} />
    </div>
  );
}

function Times({ label, times }: { label: string; times: Percentiles | undefined }) {
  if (times === undefined) return null;
  return (
    <span>
      {label} <abbr title="median">p50</abbr> <b>{span(times.p50)}</b> <abbr title="95 of 100 took no longer">p95</abbr>{" "}
      <b>{span(times.p95)}</b> <abbr title="99 of 100 took no longer">p99</abbr> <b>{span(times.p99)}</b>
    </span>
  );
}
