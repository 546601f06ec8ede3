import type { Deed, DispatchRow, EmitCall, EventRow, ExecutionRow, History, NoteRow, Redrive } from "../history.ts";
import type { EventData } from "../load/event-data.ts";
import type { Planned } from "../load/load.ts";
import { type Kind, kindOf, OWED, type Owed } from "../load/rules.ts";
import type { CallRow } from "../workers/api.ts";

/** Clocks of processes, and what was read a moment before it was written. */
export const TOLERANCE_MS = 50;

/** A dispatch with all that belongs to it, in order of time. */
export interface Case {
  readonly id: string;
  readonly row: DispatchRow;
  readonly event: EventRow;
  readonly kind: Kind;
  readonly data: EventData;
  /** What the rules say it is; undefined when nothing of the kind is owed. */
  readonly owed: Owed | undefined;
  /** No first attempt before this. */
  readonly firstDueAt: number;
  readonly calls: readonly CallRow[];
  readonly executions: readonly ExecutionRow[];
  readonly notes: readonly NoteRow[];
  readonly deeds: readonly Deed[];
  /** Who asked for it, when it is a redrive whose call was answered. */
  readonly redrive: Redrive | undefined;
}

/** Dispatches of events of a known kind, with the rest of the history that concerns them. */
export function casesOf(history: History): Case[] {
  const events = new Map(history.rows.events.map((event) => [event.id, event]));
  const planned = plannedByNumber(history.emits);
  const calls = Map.groupBy(history.calls, ({ dispatchId }) => dispatchId);
  const executions = Map.groupBy(history.rows.executions, (row) => row.dispatch_id);
  const notes = Map.groupBy(history.rows.notes, (row) => row.subject_id);
  const deeds = Map.groupBy(history.deeds, ({ dispatchId }) => dispatchId);
  const redrives = new Map(history.redrives.map((redrive) => [redrive.id, redrive]));
  return history.rows.dispatches.flatMap((row): Case[] => {
    const event = events.get(row.event_id);
    const kind = event === undefined ? undefined : kindOf(event.type);
    if (event === undefined || kind === undefined) return [];
    const data = JSON.parse(event.data) as EventData;
    const { id } = row;
    return [
      {
        id,
        row,
        event,
        kind,
        data,
        owed: OWED[kind].find(({ route, destination }) => route === row.route && destination === row.destination),
        firstDueAt: firstDueAt(event, planned.get(data.n)),
        calls: (calls.get(id) ?? []).toSorted((a, b) => a.startedAt - b.startedAt),
        executions: (executions.get(id) ?? []).toSorted((a, b) => a.attempt - b.attempt),
        notes: notes.get(id) ?? [],
        deeds: (deeds.get(id) ?? []).toSorted((a, b) => a.at - b.at),
        redrive: redrives.get(id),
      },
    ];
  });
}

export function plannedByNumber(emits: readonly EmitCall[]): Map<number, Planned> {
  return new Map(emits.flatMap(({ events }) => events.map((event) => [event.n, event])));
}

/** What follows from a reply is due at once. */
function firstDueAt({ id, causation_id: cause }: EventRow, planned: Planned | undefined): number {
  return timeOf(id) + (cause === null ? (planned?.delayMs ?? 0) : 0);
}

/** When a UUIDv7 was made. */
function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 13).replace("-", ""), 16);
}
