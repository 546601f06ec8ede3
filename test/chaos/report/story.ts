import type { History, Violation } from "../history.ts";

const FIRST = 5;

/** The first violations, each with all that happened to the dispatch or event it is about. */
export function stories(history: History, violations: readonly Violation[]): string {
  const counts = Array.from(
    Map.groupBy(violations, ({ name }) => name),
    ([name, { length }]) => `${name}: ${length}`,
  );
  const first = violations.slice(0, FIRST).map(({ name, id, what }) => `${name} ${id}: ${what}\n${storyOf(history, id).join("\n")}`);
  return [counts.join(", "), ...first].join("\n\n");
}

interface Moment {
  readonly at: number;
  readonly what: string;
}

/** All that is known of a dispatch, or of an event and its dispatches, in order of time. */
function storyOf(history: History, id: string): string[] {
  if (id === "") return [];
  const ids = new Set([id, ...history.rows.dispatches.filter((dispatch) => dispatch.event_id === id).map((dispatch) => dispatch.id)]);
  const own = [...told(history, ids)].toSorted((a, b) => a.at - b.at);
  const isOngoing = history.rows.dispatches.some((dispatch) => ids.has(dispatch.id) && dispatch.status === "ongoing");
  const [from, to] = [own[0]?.at ?? 0, isOngoing ? Number.POSITIVE_INFINITY : (own.at(-1)?.at ?? 0)];
  const kills = history.kills.filter((at) => at >= from && at <= to).map((at): Moment => ({ at, what: "kill" }));
  const stands = history.rows.dispatches
    .filter((dispatch) => ids.has(dispatch.id))
    .map((row) => `  ${" ".repeat(12)} ${JSON.stringify(row)}`);
  return [...[...own, ...kills].toSorted((a, b) => a.at - b.at).map(line), ...stands];
}

function told({ emits, deeds, calls, rows }: History, ids: ReadonlySet<string>): Moment[] {
  const receipts = emits.flatMap(({ at, outcome }) => {
    const mine = "receipts" in outcome ? outcome.receipts.filter(({ dispatches }) => dispatches.some((one) => ids.has(one.id))) : [];
    return mine.map((receipt): Moment => ({ at, what: `emitted, receipt ${JSON.stringify(receipt)}` }));
  });
  const shown = (seen: boolean) => (seen ? "" : " (not confirmed)");
  return [
    ...receipts,
    ...deeds
      .filter(({ dispatchId }) => ids.has(dispatchId))
      .map(({ at, verb, confirmedAt, error }) => ({
        at,
        what: `we ${verb} its run${error === undefined ? shown(confirmedAt !== null) : `: ${error}`}`,
      })),
    ...calls
      .filter(({ dispatchId }) => ids.has(dispatchId))
      .flatMap(({ startedAt, endedAt, attempt, reply }): Moment[] => [
        { at: startedAt, what: `call of attempt ${attempt}${endedAt === null ? ", which never ends" : ""}` },
        ...(endedAt === null ? [] : [{ at: endedAt, what: `the call of attempt ${attempt} replies ${reply}` }]),
      ]),
    ...rows.executions
      .filter((row) => ids.has(row.dispatch_id))
      .map((row) => ({
        at: row.finished_at,
        what: `record of attempt ${row.attempt}, begun ${iso(row.started_at)}: ${row.outcome} ${row.error ?? ""}`,
      })),
    ...rows.notes
      .filter((row) => ids.has(row.subject_id))
      .map(({ at, kind, reason, detail }) => ({ at, what: `note ${kind}: ${reason} ${detail ?? ""}` })),
  ];
}

function line({ at, what }: Moment): string {
  return `  ${iso(at)} ${what}`;
}

function iso(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
