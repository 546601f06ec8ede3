import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import type { DestinationStats, Stats } from "../../../schema/contract/stats.ts";
import { PAGES } from "../pages.ts";
import { ControlBadge } from "../parts/control-badge.tsx";
import { dispatchPath, placeOfDestination, withQuery } from "../parts/links.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { count, span, When } from "../parts/when.tsx";

const COLUMNS: readonly Column[] = [
  "Destination",
  "State",
  { name: "Given up", class: "number" },
  { name: "Backlog", class: "number" },
  "Throughput, 24 hours",
  "Oldest ongoing",
  { name: <abbr title="95 of 100 calls of handle() took no longer">p95</abbr>, class: "number extra" },
];

/** Every destination that is configured or was owed something, a row each. */
export function DestinationFigures({ stats, controls }: { stats: Stats; controls: readonly DestinationControl[] }) {
  const figures = new Map(stats.destinations.map((one) => [one.destination, one]));
  const controlOf = new Map(controls.map((one) => [one.destination, one]));
  const names = [...new Set([...controlOf.keys(), ...figures.keys()])].toSorted();
  if (names.length === 0) return <p>None is configured.</p>;
  return (
    <Table columns={COLUMNS}>
      {names.map((name) => (
        <DestinationRow name={name} figures={figures.get(name)} control={controlOf.get(name)} />
      ))}
    </Table>
  );
}

interface DestinationRowProps {
  readonly name: string;
  readonly figures: DestinationStats | undefined;
  readonly control: DestinationControl | undefined;
}

function DestinationRow({ name, figures, control }: DestinationRowProps) {
  return (
    <tr id={`figures:${name}`}>
      <th scope="row">
        <a href={`/destinations${placeOfDestination(name)}`}>{name}</a>
      </th>
      <td>
        <ControlBadge control={control} />
      </td>
      <td class="number">
        <GivenUp name={name} figures={figures} />
      </td>
      <td class="number">{count(figures?.backlog ?? 0)}</td>
      <td>{figures === undefined ? <span class="soft">nothing</span> : <Sparkline series={figures.series} />}</td>
      <td>
        <Oldest of={figures?.oldestOngoing} />
      </td>
      <td class="number extra">{figures?.handleMs !== undefined && span(figures.handleMs.p95)}</td>
    </tr>
  );
}

function GivenUp({ name, figures }: Pick<DestinationRowProps, "name" | "figures">) {
  const bad = figures?.deadLetters ?? 0;
  if (bad === 0) return <>0</>;
  return (
    <a class="bad" href={withQuery(PAGES.deadLetters.path, { destination: name })}>
      {count(bad)}
    </a>
  );
}

function Oldest({ of }: { of: DestinationStats["oldestOngoing"] }) {
  if (of === undefined) return <span class="soft">none</span>;
  return (
    <a href={dispatchPath(of.id)}>
      <When at={of.emittedAt} />
    </a>
  );
}
