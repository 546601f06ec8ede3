import { MINUTE_MS } from "../../../schema/limits.ts";
import type { PlaceFigure, PlanFigure, ScalingFigures, SurgeFigure } from "./figures.ts";
import { figure, span, type Table } from "./table.ts";

const EXECUTOR_NAMES = { workflow: "a Workflow each", express: "express road", object: "object with alarms" } as const;

/** The figures for people, the surges last. */
export function tablesOf(figures: ScalingFigures): Table[] {
  const always = [places(figures), paces(figures), costs(figures), rooms(figures), plans(figures)];
  return figures.surges.length === 0 ? always : [...always, surges(figures)];
}

function places({ places: found }: ScalingFigures): Table {
  return {
    title: "Where it saturates: ten events a call, calls of 200 ms, 1 % of attempts fail",
    head: [
      "executor",
      "hubs",
      "accounts",
      "workflows a hub",
      "dispatches/s",
      "ends with",
      "simulated",
      "creations/s",
      "D1 writes/s",
      "US$ a month",
    ],
    text: [0, 5],
    rows: found.map(placeRow),
  };
}

function placeRow({ arrangement, capacity, simulated, ...place }: PlaceFigure): string[] {
  const { executor, shards, accounts, definitions } = arrangement;
  return [
    EXECUTOR_NAMES[executor],
    ...[shards, accounts, definitions, capacity.perSecond].map(figure),
    capacity.binding,
    simulated === null ? "–" : figure(simulated),
    ...[place.creationsPerSecond, place.transactionsPerSecond, place.dollarsAMonth].map(figure),
  ];
}

function paces({ paces: found }: ScalingFigures): Table {
  const shapes = [...new Set(found.map(({ eventsPerCall }) => eventsPerCall))];
  const times = [...new Set(found.map(({ writeMs }) => writeMs))];
  return {
    title: "What D1 alone carries, by the time of a write transaction",
    head: ["a write takes", ...shapes.map((count) => `dispatches/s a hub, ${count} ${count === 1 ? "event" : "events"} a call`)],
    text: [],
    rows: times.map((writeMs) => [
      span(writeMs),
      ...found.filter((pace) => pace.writeMs === writeMs).map(({ perSecond }) => figure(perSecond)),
    ]),
  };
}

function costs({ costs: found }: ScalingFigures): Table {
  return {
    title: "US$ for a million dispatches, each of an event that is emitted alone",
    head: ["executor", "Workflows", "rows", "purge", "queue", "compute", "together"],
    text: [0],
    rows: found.map(({ executor, cost: { workflows, rows, purge, queue, compute, total } }) => [
      EXECUTOR_NAMES[executor],
      ...[workflows, rows, purge, queue, compute, total].map((dollars) => dollars.toFixed(2)),
    ]),
  };
}

function rooms({ rooms: found }: ScalingFigures): Table {
  return {
    title: "Room: an event with a subject and one completed dispatch",
    head: ["bytes of data", "bytes stored", "events in 10 GB", "full at 100/s after"],
    text: [],
    rows: found.map(({ dataBytes, storedBytes, events }) => [
      figure(dataBytes),
      figure(Math.round(storedBytes / 100) * 100),
      `${figure(events / 1e6)} million`,
      `${figure(events / 100 / 3_600)} h`,
    ]),
  };
}

function plans({ plans: found }: ScalingFigures): Table {
  const rates = [...new Set(found.map(({ perSecond }) => perSecond))];
  const executors = [...new Set(found.map(({ executor }) => executor))];
  return {
    title: "Hubs, in accounts, for US$ a month, that carry a rate with a fifth to spare: ten events a call, 512 bytes each",
    head: ["dispatches/s", ...executors.map((executor) => EXECUTOR_NAMES[executor])],
    text: [],
    rows: rates.map((rate) => [figure(rate), ...found.filter(({ perSecond }) => perSecond === rate).map(planCell)]),
  };
}

function planCell({ shards, accounts, dollarsAMonth }: PlanFigure): string {
  return `${figure(shards)} in ${figure(accounts)}, ${figure(Math.round(dollarsAMonth / 100) * 100)}`;
}

/** A column for each, so that what is compared stands side by side. */
function surges({ surges: found }: ScalingFigures): Table {
  const rows: readonly (readonly [name: string, of: (surge: SurgeFigure) => string])[] = [
    ["events a call", ({ eventsPerCall }) => figure(eventsPerCall)],
    ["dispatches/s before and after", ({ perSecond }) => figure(perSecond)],
    ["dispatches/s in the surge", ({ surgePerSecond, surgeMs }) => `${figure(surgePerSecond)} for ${surgeMs / MINUTE_MS} min`],
    ["without a run when it ends", ({ unstartedAfterSurge }) => figure(unstartedAfterSurge)],
    ["without a run at the end", ({ unstartedAtEnd }) => figure(unstartedAtEnd)],
    ["drained after", ({ drainedMs }) => spanOrNotYet(drainedMs)],
    ["settled/s, last three minutes", ({ settledPerSecond }) => figure(Math.round(settledPerSecond))],
    ["emit to first attempt, p50", ({ p50Ms }) => spanOrNotYet(p50Ms)],
    ["emit to first attempt, p95", ({ p95Ms }) => spanOrNotYet(p95Ms)],
    ["longest wait for D1", ({ longestDatabaseWaitMs }) => span(longestDatabaseWaitMs)],
    ["events refused by emit", ({ refusedEvents }) => figure(refusedEvents)],
    ["messages/s, most", ({ mostMessagesPerSecond }) => figure(Math.round(mostMessagesPerSecond))],
    ["queue operations more", ({ extraQueueOperations }) => figure(Math.round(extraQueueOperations))],
    ["rows written more", ({ extraRows }) => figure(Math.round(extraRows))],
    ["taken by sweeps", ({ swept }) => figure(swept)],
    ["repairs made, of these refused", ({ repairs, refusedRepairs }) => `${figure(repairs)}, ${figure(refusedRepairs)}`],
  ];
  return {
    title: "A surge, and what comes after it",
    head: ["", ...found.map(({ hub }) => hub)],
    text: [0],
    rows: rows.map(([name, of]) => [name, ...found.map(of)]),
  };
}

function spanOrNotYet(ms: number | null): string {
  return ms === null ? "not yet" : span(ms);
}
