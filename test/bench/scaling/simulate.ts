import { CHECK, D1, MINUTE_MS, SECOND_MS } from "../../../schema/limits.ts";
import { mulberry32 } from "../../mulberry32.ts";
import { type Account, createAccount } from "./account.ts";
import { type Agenda, createAgenda } from "./agenda.ts";
import { createAllowance } from "./allowance.ts";
import { consume } from "./consume.ts";
import { type Counts, createCounts } from "./counts.ts";
import { createCheckIndex } from "./dispatch.ts";
import { emit, type Hub, type Mended, write } from "./hub.ts";
import type { Assumptions, Executor, Load } from "./load.ts";
import { PLATFORM, ROWS } from "./platform.ts";
import { createQueue, type DispatchQueue, type Message } from "./queue.ts";
import { sweep } from "./reconcile.ts";
import { createServer } from "./server.ts";

/** Events a second from a moment on. */
export interface Phase {
  readonly forMs: number;
  readonly eventsPerSecond: number;
}

export interface Scenario extends Assumptions {
  readonly seed: number;
  /** Hubs that share an account. Accounts share nothing, so one stands for all. */
  readonly hubs: number;
  readonly definitions: number;
  readonly executor: Exclude<Executor, "object">;
  /** Asked of each hub. */
  readonly load: Load;
  readonly phases: readonly Phase[];
  readonly mended: Mended;
}

/** The account as it stands at a moment; counts are of all its hubs together. */
export interface Sample {
  readonly atMs: number;
  readonly counts: Readonly<Omit<Counts, "latencies">>;
  readonly databaseMs: number;
  readonly longestWaitMs: number;
}

/** What came of a scenario: a sample each second, and the waits of all first attempts in the order they were made. */
export interface Course {
  readonly samples: readonly Sample[];
  readonly latencies: Counts["latencies"];
}

/** Plays a scenario in simulated time. The same seed gives the same course. */
export function simulate(scenario: Scenario): Course {
  const agenda = createAgenda();
  const random = mulberry32(scenario.seed);
  const counts = createCounts();
  const account = createAccount(agenda);
  const hubs = Array.from({ length: scenario.hubs }, () => createHub(scenario, { agenda, random, counts, account }));
  for (const hub of hubs) sweepEachMinute(hub);
  const samples: Sample[] = [];
  let startsAt = 0;
  for (const phase of scenario.phases) {
    const endsAt = startsAt + phase.forMs;
    for (const hub of hubs) emitUntil(hub, endsAt, (scenario.load.eventsPerCall * SECOND_MS) / phase.eventsPerSecond);
    for (let at = startsAt + SECOND_MS; at <= endsAt; at += SECOND_MS) {
      agenda.runUntil(at);
      samples.push(sample(hubs, counts, at));
    }
    startsAt = endsAt;
  }
  return { samples, latencies: counts.latencies };
}

type Shared = Pick<Hub, "agenda" | "random" | "counts" | "account">;

function createHub(scenario: Scenario, { agenda, random, counts, account }: Shared & { agenda: Agenda; account: Account }): Hub {
  const giveUpOn = (message: Message) => noteUndeliverable(hub, message);
  const queue: DispatchQueue = createQueue({ agenda, random, counts, giveUpOn, consume: (batch, done) => consume(hub, batch, done) });
  const hub: Hub = {
    ...scenario,
    ...{ agenda, random, counts, account, queue },
    creations: createAllowance(PLATFORM.creationsPerSecond * scenario.definitions),
    database: createServer(agenda, { maxWaitMs: D1.answerMs }),
    checks: createCheckIndex(),
  };
  return hub;
}

/** Notes an undeliverable message: what it names is overdue at once. */
function noteUndeliverable(hub: Hub, message: Message): void {
  hub.counts.undeliverable++;
  const dispatches = message.kind === "start" ? message.dispatches : message.taken.map(({ dispatch }) => dispatch);
  const handedOver = () => {
    for (const dispatch of dispatches) if (!dispatch.isSettled) hub.checks.set(dispatch, hub.agenda.now());
  };
  write(hub, dispatches.length * (ROWS.take + ROWS.note) + ROWS.note, handedOver, () => undefined);
}

function sweepEachMinute(hub: Hub): void {
  const next = (at: number) =>
    hub.agenda.at(at, () => {
      sweep(hub);
      next(at + MINUTE_MS);
    });
  next(hub.random() * CHECK.graceMs);
}

/** Calls at random moments, so many milliseconds apart on average. */
function emitUntil(hub: Hub, endsAt: number, apartMs: number): void {
  const { agenda, random } = hub;
  const next = () => {
    const at = agenda.now() - Math.log(1 - random()) * apartMs;
    if (at >= endsAt) return;
    agenda.at(at, () => {
      emit(hub);
      next();
    });
  };
  if (Number.isFinite(apartMs)) next();
}

function sample(hubs: readonly Hub[], counts: Counts, atMs: number): Sample {
  const { latencies, ...counted } = counts;
  const most = (of: (hub: Hub) => number) => hubs.reduce((highest, hub) => Math.max(highest, of(hub)), 0);
  return {
    atMs,
    counts: counted,
    databaseMs: most(({ database }) => database.busyMs()),
    longestWaitMs: most(({ database }) => database.longestWaitMs()),
  };
}
