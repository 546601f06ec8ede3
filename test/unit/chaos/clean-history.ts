import type { EmitReceipt } from "flowhub";
import type { DispatchRow, EventRow, ExecutionRow, History } from "../../chaos/history.ts";
import { inputOf, type Planned } from "../../chaos/load/load.ts";
import { type Kind, OWED } from "../../chaos/load/rules.ts";
import type { CallRow } from "../../chaos/workers/api.ts";

/** A history that can be changed, to make it have a fault. */
export type Draft<Value> = Value extends readonly (infer Item)[]
  ? Draft<Item>[]
  : Value extends object
    ? { -readonly [Name in keyof Value]: Draft<Value[Name]> }
    : Value;

/** When everything begins. */
export const T = 1_800_000_000_000;

/** One attempt: when it was recorded, how it came out, and when destinations saw it. */
interface Attempt {
  readonly outcome: string;
  readonly from: number;
  readonly to: number;
  /** Moments at which it was called; by default, once when it began. */
  readonly calls?: readonly number[];
  readonly error?: string;
}

interface Told {
  readonly n: number;
  readonly kind: Kind;
  readonly key?: string;
  readonly delayMs?: number;
  readonly status: string;
  readonly attempts: readonly Attempt[];
}

const failed = { outcome: "failed", error: "Failed" };

/** A keyed event emitted twice, a follow-up chain, a call cut off by a kill, a timeout, a missing Worker, a run paused and another restarted. */
const STORIES: readonly Told[] = [
  { n: 1, kind: "steady", key: "key-1", status: "complete", attempts: [{ outcome: "complete", from: 10, to: 20 }] },
  {
    n: 2,
    kind: "flaky",
    status: "complete",
    attempts: [
      { ...failed, from: 10_000, to: 10_010, calls: [5_000, 10_000] },
      { outcome: "complete", from: 11_010, to: 11_020 },
    ],
  },
  {
    n: 3,
    kind: "hanging",
    status: "complete",
    attempts: [
      { outcome: "failed", error: "Timeout", from: 10, to: 3_010 },
      { outcome: "complete", from: 5_010, to: 5_020 },
    ],
  },
  { n: 4, kind: "emitting", status: "complete", attempts: [{ outcome: "complete", from: 10, to: 20 }] },
  {
    n: 5,
    kind: "late",
    delayMs: 2_000,
    status: "complete",
    attempts: [
      { outcome: "misconfigured", error: "Misconfigured", from: 2_000, to: 2_010, calls: [] },
      { outcome: "misconfigured", error: "Misconfigured", from: 3_010, to: 3_020, calls: [] },
      { outcome: "complete", from: 5_020, to: 5_030 },
    ],
  },
  {
    n: 6,
    kind: "throwing",
    status: "failed",
    attempts: [
      { ...failed, from: 10, to: 20 },
      { ...failed, from: 3_020, to: 3_030 },
      { ...failed, from: 6_030, to: 6_040 },
    ],
  },
  { n: 7, kind: "slow", status: "complete", attempts: [{ outcome: "complete", from: 90_000, to: 92_000, calls: [10_000, 90_000] }] },
];

/** All that a run leaves behind when every promise was kept. */
export function cleanHistory(): Draft<History> {
  const history: Draft<History> = {
    emits: [],
    deeds: [
      { verb: "pause", dispatchId: idOf(5, 0), at: T + 3_100, confirmedAt: T + 3_150 },
      { verb: "resume", dispatchId: idOf(5, 0), at: T + 5_000, confirmedAt: null },
    ],
    pauses: [{ destination: "refusing", at: T + 1_000, confirmedAt: T + 1_010, resumedAt: T + 60_000 }],
    redrives: [],
    kills: [T + 7_000],
    calls: [],
    rows: { events: [], dispatches: [], executions: [], notes: [] },
    audit: { events: 0, dispatches: 0, executions: 0, unexplained: 0, mismatches: {} },
    runs: {},
  };
  for (const story of STORIES) tell(history, story);
  for (const part of [1, 2]) tellFollowUp(history, part);
  const [first] = history.emits;
  if (first !== undefined) history.emits.push(again(first));
  history.rows.notes.push({
    subject_id: idOf(7, 0),
    at: T + 80_000,
    kind: "repair",
    reason: "stuck",
    detail: '{"remedy":"restart","overdueMs":80000}',
  });
  history.calls.sort((a, b) => a.startedAt - b.startedAt);
  return counted(history);
}

/** With an audit that has counted what is there. */
export function counted(history: Draft<History>): Draft<History> {
  const { events, dispatches, executions } = history.rows;
  Object.assign(history.audit, { events: events.length, dispatches: dispatches.length, executions: executions.length });
  return history;
}

function again(emit: Draft<History>["emits"][number]): Draft<History>["emits"][number] {
  const copy = structuredClone(emit);
  Object.assign(copy, { at: copy.at + 100, answeredAt: copy.answeredAt + 100 });
  if ("receipts" in copy.outcome) for (const receipt of copy.outcome.receipts) receipt.duplicate = true;
  return copy;
}

function eventIdOf(n: number): string {
  const time = T.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** Of the dispatch with this ordinal of this event of the load. Follow-ups are 101 and 102. */
export function idOf(n: number, ordinal: number): string {
  return `${eventIdOf(n)}-${ordinal}`;
}

export { eventIdOf };

function tell(history: Draft<History>, { n, kind, key, delayMs = 0, status, attempts }: Told): void {
  const planned: Planned = { n, kind, key: key ?? null, delayMs, data: { n, turn: 0, failures: 1, takesMs: 1_000 } };
  const { type, source } = inputOf(planned);
  const event: EventRow = {
    id: eventIdOf(n),
    type,
    source: source ?? null,
    key: planned.key,
    data: JSON.stringify(planned.data),
    causation_id: null,
  };
  const owed = OWED[kind].map((one, ordinal) => dispatchOf(event, { ...one, ordinal, status, attempts }));
  history.rows.events.push(event);
  history.rows.dispatches.push(...owed);
  for (const dispatch of owed) tellAttempts(history, dispatch, attempts);
  const receipt: Draft<EmitReceipt> = {
    id: event.id,
    duplicate: false,
    durability: "stored",
    dispatches: owed.map(({ id, destination }) => ({ id, destination, dueAt: new Date(T + delayMs).toISOString(), status: "ongoing" })),
  };
  history.emits.push({ at: T, answeredAt: T + 5, events: [planned], outcome: { receipts: [receipt] } });
}

function tellFollowUp(history: Draft<History>, part: number): void {
  const event: EventRow = {
    id: eventIdOf(100 + part),
    type: "chaos.follow-up",
    source: "emitting",
    key: null,
    data: JSON.stringify({ n: 4, part }),
    causation_id: idOf(4, 0),
  };
  const attempts = [{ outcome: "complete", from: 30, to: 40 }];
  const [owed] = OWED["follow-up"];
  if (owed === undefined) throw new Error("nothing is owed for a follow-up");
  const dispatch = dispatchOf(event, { ...owed, ordinal: 0, status: "complete", attempts });
  history.rows.events.push(event);
  history.rows.dispatches.push(dispatch);
  tellAttempts(history, dispatch, attempts);
}

interface Settled {
  readonly route: string;
  readonly destination: string;
  readonly ordinal: number;
  readonly status: string;
  readonly attempts: readonly Attempt[];
}

function dispatchOf(event: EventRow, { route, destination, ordinal, status, attempts }: Settled): DispatchRow {
  return {
    id: `${event.id}-${ordinal}`,
    event_id: event.id,
    route,
    destination,
    status,
    due_at: T + (attempts.at(-1)?.from ?? 0),
    check_at: null,
    attempts: attempts.length,
    settled_at: T + (attempts.at(-1)?.to ?? 0),
    reason: null,
    redrive_of: null,
  };
}

function tellAttempts(history: Draft<History>, { id, event_id: eventId, destination }: DispatchRow, attempts: readonly Attempt[]): void {
  for (const [index, { outcome, from, to, calls, error }] of attempts.entries()) {
    const attempt = index + 1;
    const execution: ExecutionRow = {
      dispatch_id: id,
      attempt,
      outcome,
      started_at: T + from,
      finished_at: T + to,
      error: error === undefined ? null : JSON.stringify({ name: error, message: "" }),
    };
    history.rows.executions.push(execution);
    for (const at of calls ?? [from]) {
      const seq = history.calls.length + 1;
      const call: CallRow = {
        seq,
        id: `call-${seq}`,
        dispatchId: id,
        eventId,
        destination,
        attempt,
        startedAt: T + at,
        endedAt: T + to,
        reply: outcome,
      };
      history.calls.push(call);
    }
  }
}
