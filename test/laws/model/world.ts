import type { Policy } from "../../../schema/config/policy.ts";
import type { Remedy } from "../../../schema/contract/notes.ts";
import { CHECK, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../schema/limits.ts";
import { HELD } from "../../../schema/storage/messages.ts";
import type { Answer } from "../../../src/domain/attempt/answer.ts";
import type { Control } from "../../../src/domain/attempt/auto-pause.ts";
import { isHeld } from "../../../src/domain/attempt/held.ts";
import { type AuditFigures, auditPiece } from "../../../src/domain/audit/audit.ts";
import { NOTHING } from "../../../src/domain/emit/plan-emit.ts";
import type { Overdue, Repair, RepairedState } from "../../../src/domain/repair/repair.ts";
import { RetrySignal, retryWaitMs } from "../../../src/executor/retry-signal.ts";
import type { AttemptRecord } from "../../../src/store/attempt/record-attempt.ts";
import { mulberry32 } from "../../mulberry32.ts";
import { eventRow } from "../../unit/support/rows.ts";
import { isOver, lookOf, newRun, type Run } from "./engine.ts";
import type { Rules } from "./rules.ts";
import { Fence, type Note, Storage } from "./storage.ts";

/** What a destination does when it is called, and how much of its time it takes, from 0 to 1. */
export interface Reply {
  readonly answer: Answer;
  readonly takes: number;
}

/** Something that goes wrong, or that an operator does. */
export type Trouble =
  | { readonly do: "crash"; readonly local: boolean; readonly late: boolean }
  | { readonly do: "evict" | "terminate" | "forget"; readonly late: boolean }
  | { readonly do: "pause" | "resume" | "hold" | "release" | "cancel" }
  | { readonly do: "storageDown" | "statusDown" | "remedyDown" | "runsBreak" | "slow"; readonly ms: number }
  | { readonly do: "unheardWrites" | "unheardRemedies" | "loseMessages" | "repeatMessages" | "dieAfterClaim"; readonly count: number };

export interface History {
  readonly policy: Policy;
  readonly delayMs: number;
  readonly local: boolean;
  readonly replies: readonly Reply[];
  readonly troubles: readonly { readonly afterMs: number; readonly trouble: Trouble }[];
  readonly seed: number;
}

/** What became of it. */
export interface Ended {
  readonly broken: string | null;
  readonly storage: Storage;
  readonly calls: ReadonlyMap<number, number>;
  readonly restarts: number;
  /** Restarts that cut off a call before it had had its time. */
  readonly cutOff: number;
  readonly events: number;
}

type Io<Result> = Generator<number, Result, void>;

interface Process {
  readonly io: Io<unknown>;
  readonly of: "run" | "hub";
  readonly progress: Progress;
  isDead: boolean;
}

/** Whether a destination has been called: what comes of it may still arrive when its caller is gone. */
interface Progress {
  hasCalled: boolean;
}

type Span = Extract<Trouble, { ms: number }>["do"];
type Times = Extract<Trouble, { count: number }>["do"];
type OfRun = Exclude<Trouble["do"], Span | Times | "crash" | "hold" | "release" | "cancel">;

class Unavailable extends Error {}

const START = 1_000 * DAY_MS;
const HEALTHY_FOR = 72 * HOUR_MS;
const MOST_EVENTS = 50_000;
const NO_SPANS = { storageDown: 0, statusDown: 0, remedyDown: 0, runsBreak: 0, slow: 0 } as const;
const NO_TIMES = { unheardWrites: 0, unheardRemedies: 0, loseMessages: 0, repeatMessages: 0, dieAfterClaim: 0 } as const;

interface Claim {
  readonly taken: number;
  readonly to: RepairedState;
  readonly note: Note | null;
  readonly decided: Repair;
  readonly decidedAt: number;
}

/** One dispatch with its storage, engine, queue, sweep and destination, in virtual time: deterministic, and in the hands of a history. */
export class World {
  now = START;
  readonly #history: History;
  readonly #rules: Rules;
  readonly #storage: Storage;
  #run: Run | null = null;
  #broken: string | null = null;

  readonly #agenda: { at: number; order: number; act: () => void }[] = [];
  readonly #processes = new Set<Process>();
  #serial = 0;
  #events = 0;
  #random: () => number;

  #until: Record<Span, number> = { ...NO_SPANS };
  #count: Record<Times, number> = { ...NO_TIMES };
  #control: Control | null = null;

  readonly #calls = new Map<number, number>();
  /** How often run or hub had been interrupted when an attempt was last called. */
  readonly #interruptedAt = new Map<number, number>();
  #interruptions = 0;
  #restarts = 0;
  #cutOff = 0;
  /** Until when the call that was made last may take. */
  #callUntil = Number.NEGATIVE_INFINITY;
  /** Since a record or a look found that all was well, as the repair has no right to see it: what really was made, and when. */
  #restartsSince = 0;
  #troubledSince: number | null = null;
  #queueEpoch = 0;
  readonly #remedied = new Set<number>();
  #idleSince: number | null = null;
  #healthyFrom = Number.POSITIVE_INFINITY;

  constructor(history: History, rules: Rules) {
    this.#history = history;
    this.#rules = rules;
    this.#random = mulberry32(history.seed);
    const dueAt = START + history.delayMs;
    const checkAt = Math.max(START, dueAt) + CHECK.graceMs;
    this.#storage = new Storage({ dueAt, checkAt, rules, broken: (rule) => this.#break(rule) });
  }

  /** Lives through the troubles, then through three days without, and says what was broken. */
  live(): Ended {
    this.#send(() => this.#start());
    let at = START;
    for (const { afterMs, trouble } of this.#history.troubles) {
      at += afterMs;
      this.#at(at, () => this.#suffer(trouble));
    }
    this.#at(at, () => this.#recover());
    this.#at(Math.floor(START / MINUTE_MS) * MINUTE_MS + MINUTE_MS, () => this.#everyMinute());
    const end = Math.max(at, START + this.#history.delayMs) + HEALTHY_FOR;
    while (this.#broken === null && this.#agenda.length > 0 && this.now <= end) {
      this.#next();
      this.#hold();
    }
    if (this.#broken === null && this.#storage.row.status === "ongoing") this.#break("every dispatch settles");
    this.#atLast();
    return {
      broken: this.#broken,
      storage: this.#storage,
      calls: this.#calls,
      restarts: this.#restarts,
      cutOff: this.#cutOff,
      events: this.#events,
    };
  }

  // Time

  #at(at: number, act: () => void): void {
    const entry = { at: Math.max(at, this.now), order: this.#serial++, act };
    let index = this.#agenda.length;
    while (index > 0 && isBefore(entry, this.#agenda[index - 1])) index -= 1;
    this.#agenda.splice(index, 0, entry);
  }

  #next(): void {
    const entry = this.#agenda.shift();
    if (entry === undefined) return;
    this.now = entry.at;
    entry.act();
    if (++this.#events > MOST_EVENTS) this.#break("the world comes to rest");
  }

  #spawn(of: Process["of"], io: Io<unknown>, progress: Progress = { hasCalled: false }): void {
    const process: Process = { io, of, progress, isDead: false };
    this.#processes.add(process);
    const resume = () => {
      if (process.isDead) return;
      const { done, value } = io.next();
      if (done === true) this.#processes.delete(process);
      else this.#at(this.now + value, resume);
    };
    resume();
  }

  /** Those of a kind are no more, or, when `late`, go on unseen: what they write still arrives. */
  #kill(of: Process["of"], late: boolean): void {
    for (const process of this.#processes) {
      if (process.of !== of || (late && process.progress.hasCalled)) continue;
      process.isDead = true;
      this.#processes.delete(process);
    }
  }

  /** How long a call to something else takes. */
  #latency(): number {
    return this.now < this.#until.slow ? Math.floor(this.#random() * 4 * MINUTE_MS) : 1 + Math.floor(this.#random() * 50);
  }

  #spend(what: Times): boolean {
    if (this.#count[what] === 0) return false;
    this.#count[what] -= 1;
    return true;
  }

  #break(rule: string): void {
    this.#broken ??= rule;
  }

  // Storage: what `withStorage` does

  *#store<Result>(work: () => Result, isWrite = true): Io<Result> {
    for (let tries = 0; tries < 3; tries++) {
      yield this.#latency() + tries * 200;
      if (this.now < this.#until.storageDown) continue;
      const result = work();
      if (isWrite && this.#random() < 0.5 && this.#spend("unheardWrites")) continue;
      return result;
    }
    throw new Unavailable();
  }

  // The run: workflows/dispatch.ts and the executor

  #activate(run: Run, afterMs: number): void {
    const { epoch } = run;
    run.wakeAt = this.now + afterMs;
    this.#at(run.wakeAt, () => {
      if (run !== this.#run || run.epoch !== epoch || run.busy || isOver(run) || run.pausedAt !== null) return;
      if (run.wakeAt === null || run.wakeAt > this.now) return;
      run.wakeAt = null;
      run.status = run.status === "queued" ? "running" : run.status;
      const progress = { hasCalled: false };
      this.#spawn("run", this.#carry(run, epoch, progress), progress);
    });
  }

  *#carry(run: Run, epoch: number, progress: Progress): Io<void> {
    if (run.place.step === "sleep") {
      if (this.now < run.place.until) {
        this.#activate(run, run.place.until - this.now);
        return;
      }
      run.place = { step: "deliver" };
    }
    run.busy = true;
    while (run.busy && run.epoch === epoch) {
      const result = this.now < this.#until.runsBreak ? undefined : yield* this.#step(run, epoch, progress);
      if (run.epoch === epoch) this.#follow(run, result);
    }
  }

  /** What the engine does after a step: waits so long, ends with this, goes on (null), or breaks down (undefined). */
  #follow(run: Run, result: number | string | null | undefined): void {
    if (result === undefined) this.#end(run, "errored", null);
    else if (typeof result === "string") this.#end(run, "complete", result);
    else if (run.status === "waitingForPause") Object.assign(run, { status: "paused", pausedAt: this.now, busy: false });
    else if (result !== null) {
      run.busy = false;
      this.#activate(run, result);
    }
  }

  /** One step of the run: how long to wait, what the run ends with, or null to go on. */
  *#step(run: Run, epoch: number, progress: Progress): Io<number | string | null> {
    try {
      if (run.place.step === "record") {
        const stand = yield* this.#record(run.place.record);
        yield this.#latency();
        if (run.epoch !== epoch) return null;
        run.place = { step: "deliver" };
        run.unrecorded = null;
        return stand === "ongoing" ? null : stand.status;
      }
      run.engineAttempt += 1;
      const delivered = yield* this.#attempt(run.engineAttempt, progress);
      yield this.#latency();
      if (run.epoch !== epoch) return null;
      if (typeof delivered === "string") return delivered;
      run.unrecorded = delivered;
      run.place = { step: "record", record: delivered };
      return null;
    } catch (error) {
      if (run.place.step === "record") return 30 * SECOND_MS;
      return retryWaitMs((error as Error).message, run.engineAttempt);
    }
  }

  #end(run: Run, status: "complete" | "errored" | "terminated", output: string | null): void {
    Object.assign(run, { status, output, busy: false, wakeAt: null, epoch: run.epoch + 1 });
  }

  *#attempt(engineAttempt: number, progress: Progress): Io<string | AttemptRecord> {
    progress.hasCalled = false;
    const { row, executions } = this.#storage;
    const loaded = yield* this.#store(() => ({ ...row, control: this.#control, past: [...executions.values()] }), false);
    const look = this.#rules.look({ ...loaded, now: this.now, engineAttempt });
    if (look.do === "stop") return look.status;
    if (look.do === "hold") return HELD;
    if (look.do === "wait") throw new RetrySignal(look.ms);
    const startedAt = this.now;
    progress.hasCalled = true;
    const answer = yield* this.#call(look.attempt);
    const record = this.#recordOf({ attempt: look.attempt, past: loaded.past, answer, startedAt });
    const { next } = record;
    try {
      const stand = yield* this.#record(record);
      if (stand === "ongoing") throw new RetrySignal((next.status === "ongoing" ? next.dueAt : 0) - this.now);
      return stand.status;
    } catch (error) {
      if (error instanceof RetrySignal || !this.#rules.handsOver) throw error;
      return record;
    }
  }

  #recordOf({ attempt, past, answer, startedAt }: { attempt: number; past: AttemptRecord[]; answer: Answer; startedAt: number }) {
    const { now } = this;
    const next = this.#rules.next({ policy: this.#history.policy, past, answer, startedAt, now, random: this.#random() });
    const emits = "emit" in answer && answer.emit.length > 0;
    return {
      dispatchId: "e1-0",
      attempt,
      nonce: `nonce ${this.#serial++}`,
      outcome: answer.outcome,
      startedAt,
      finishedAt: now,
      error: "error" in answer ? answer.error : null,
      next,
      followUps: emits ? { events: answer.emit.map(() => eventRow()), dispatches: [] } : NOTHING,
      config: emits ? { version: "v1", body: "{}", firstSeenAt: now } : null,
    } satisfies AttemptRecord;
  }

  *#call(attempt: number): Io<Answer> {
    const times = (this.#calls.get(attempt) ?? 0) + 1;
    this.#calls.set(attempt, times);
    if (times > 1 && this.#interruptions === this.#interruptedAt.get(attempt)) {
      this.#break("an attempt is repeated only after an interruption");
    }
    this.#interruptedAt.set(attempt, this.#interruptions);
    if (this.now < (this.#storage.dueOf.get(attempt) ?? 0)) this.#break("no attempt is made before it is due");
    const total = [...this.#calls.values()].reduce((sum, count) => sum + count, 0);
    const { replies, policy } = this.#history;
    const { answer, takes } = replies[Math.min(total, replies.length) - 1] ?? { answer: { outcome: "complete", emit: [] }, takes: 0 };
    this.#callUntil = this.now + policy.timeoutMs;
    yield Math.floor(takes * policy.timeoutMs);
    return answer;
  }

  *#record(record: AttemptRecord): Io<"ongoing" | { status: string }> {
    try {
      const effect = yield* this.#store(() => this.#recorded(record));
      return effect === "applied" && record.next.status !== "ongoing" ? { status: record.next.status } : "ongoing";
    } catch (error) {
      if (!(error instanceof Fence)) throw error;
      const { executions, row } = this.#storage;
      const stood = yield* this.#store(
        () => executions.get(record.attempt)?.nonce === record.nonce && row.status === record.next.status,
        false,
      );
      return stood && record.next.status !== "ongoing" ? { status: record.next.status } : "ongoing";
    }
  }

  #recorded(record: AttemptRecord) {
    const effect = this.#storage.record(record);
    if (effect === "applied") this.#allIsWell();
    return effect;
  }

  #allIsWell(): void {
    this.#restartsSince = 0;
    this.#troubledSince = null;
  }

  // The engine's API

  *#ask(work: () => void): Io<void> {
    yield this.#latency();
    if (this.now < this.#until.remedyDown) throw new Error("the Workflows API is away");
    work();
    if (this.#spend("unheardRemedies")) throw new Error("the Workflows API gave no answer");
  }

  #create(): void {
    if (this.#run !== null) return;
    this.#run = newRun(this.now, this.#storage.row.dueAt);
    this.#activate(this.#run, this.#latency());
  }

  /** An event nobody waits for: what has no timer goes on, and what waits between attempts may do so early. */
  #wake(): void {
    const run = this.#run;
    if (run === null || isOver(run)) throw new Error("instance.not_found");
    if (run.pausedAt !== null || run.busy || (run.status === "queued" && run.wakeAt !== null)) return;
    if (run.place.step === "sleep") this.#activate(run, Math.max(0, run.place.until - this.now));
    else if (run.wakeAt === null || this.#history.local) this.#activate(run, 0);
  }

  /** A run that lives or has ended otherwise is left alone. */
  #startOverHeld(): void {
    const run = this.#run;
    if (run?.status !== "complete" || run.output !== HELD) return;
    Object.assign(run, { status: "queued", place: { step: "deliver" }, unrecorded: null, output: null, engineAttempt: 0, pausedAt: null });
    this.#activate(run, this.#latency());
  }

  #restart(unrecorded: number, lookedAt: number): void {
    const run = this.#run;
    if (run === null) throw new Error("instance.not_found");
    if (run.pausedAt !== null && run.pausedAt < lookedAt) this.#break("a run that an operator paused is left alone");
    if (run.busy && run.place.step === "deliver" && this.now < this.#callUntil) this.#cutOff += 1;
    this.#interrupt(run, this.#random() < 0.3);
    this.#restarts += 1;
    this.#restartsSince += 1;
    const goesOn = run.unrecorded?.attempt === unrecorded ? run.unrecorded : null;
    const { dueAt } = this.#storage.row;
    const sleep = dueAt > run.createdAt ? ({ step: "sleep", until: Math.max(dueAt, this.now + SECOND_MS) } as const) : null;
    const place = goesOn === null ? (sleep ?? ({ step: "deliver" } as const)) : ({ step: "record", record: goesOn } as const);
    Object.assign(run, { status: "queued", place, unrecorded: goesOn, output: null, engineAttempt: 0, pausedAt: null });
    this.#activate(run, this.#latency());
  }

  #interrupt(run: Run, late: boolean): void {
    this.#interruptions += 1;
    this.#kill("run", late);
    Object.assign(run, { epoch: run.epoch + 1, busy: false, wakeAt: null });
  }

  // Queue, sweep and reconciler

  #send(consumer: () => Io<void>): void {
    if (this.#spend("loseMessages")) return;
    const copies = this.#spend("repeatMessages") ? 2 : 1;
    const epoch = this.#queueEpoch;
    const deliver = () => {
      if (epoch === this.#queueEpoch) this.#spawn("hub", consumer());
    };
    for (let copy = 0; copy < copies; copy++) this.#at(this.now + this.#latency(), deliver);
  }

  *#start(): Io<void> {
    try {
      yield* this.#ask(() => this.#create());
      yield* this.#ask(() => this.#startOverHeld());
    } catch {
      // The sweep finds what was never started.
    }
  }

  #everyMinute(): void {
    const { status, checkAt } = this.#storage.row;
    this.#holdAudit();
    if (status !== "ongoing" || checkAt === null) return;
    if (this.#control?.state === "draining") this.#spawn("hub", this.#release());
    if (checkAt <= this.now && !this.#isHeld()) this.#spawn("hub", this.#sweep());
    const next = Math.min(Math.max(checkAt, this.now + 1), this.now + 3 * MINUTE_MS);
    this.#at(Math.ceil(next / MINUTE_MS) * MINUTE_MS, () => this.#everyMinute());
  }

  *#sweep(): Io<void> {
    try {
      const { now } = this;
      const taken = yield* this.#store(() => this.#storage.takeOverdue(now, now + CHECK.sweptMs));
      if (taken !== null) this.#send(() => this.#reconcile(taken));
    } catch {
      // The next minute's.
    }
  }

  /** Takes what it gives its moment, and a control that has nothing left, in one transaction. */
  *#release(): Io<void> {
    try {
      const released = yield* this.#store(() => {
        if (this.#control?.state !== "draining") return false;
        const isHeldBack = this.#isHeld();
        this.#control = null;
        if (!isHeldBack || !this.#storage.release(this.now)) return false;
        this.#allIsWell();
        return true;
      });
      if (released) this.#send(() => this.#start());
    } catch {
      // The next minute's.
    }
  }

  #isHeld(): boolean {
    return isHeld(this.#control, this.#storage.row.dueAt);
  }

  *#reconcile(taken: number): Io<void> {
    try {
      const row = yield* this.#store(() => ({ ...this.#storage.row, held: this.#isHeld() }), false);
      if (row.status !== "ongoing" || row.checkAt !== taken) return;
      const lookedAt = this.now;
      yield this.#latency();
      const run = this.now < this.#until.statusDown ? ({ status: "unknown" } as const) : lookOf(this.#run, this.#history.local);
      const overdue: Overdue = { ...row, timeoutMs: this.#history.policy.timeoutMs };
      yield* this.#repair({ taken, overdue, lookedAt, decided: this.#rules.repair({ overdue, run, now: this.now }) });
    } catch {
      // What could not be done now comes up again with a later sweep.
    }
  }

  *#repair({ taken, overdue, lookedAt, decided }: { taken: number; overdue: Overdue; lookedAt: number; decided: Repair }): Io<void> {
    if (decided.do === "leave") return;
    const { now } = this;
    const to = this.#rules.repaired(overdue, decided, now);
    const note = "cause" in decided ? this.#noteOf(decided.do) : null;
    if (!(yield* this.#store(() => this.#claim({ taken, to, note, decided, decidedAt: now })))) return;
    if (to.status !== "ongoing" || this.#spend("dieAfterClaim")) return;
    try {
      yield* this.#perform(decided, { taken, lookedAt, unrecorded: overdue.attempts + 1 });
    } catch {
      if (note === null) return;
      const back = { checkAt: this.#rules.again(overdue, now), overdueSince: overdue.overdueSince };
      yield* this.#store(() => this.#storage.giveBack(to.checkAt, back, note));
      return;
    }
    if (decided.do !== "restart" || this.#spend("dieAfterClaim")) return;
    yield* this.#store(() => this.#storage.count({ checkAt: to.checkAt, recoveries: overdue.recoveries }));
  }

  /** As of the reconciler. */
  #noteOf(remedy: Remedy): Note {
    return { id: `note ${this.#serial++}`, kind: remedy === "lose" ? "lost" : remedy === "nudge" ? "nudge" : "repair", remedy };
  }

  #claim({ taken, to, note, decided, decidedAt }: Claim): boolean {
    const { status: before, dueAt } = this.#storage.row;
    const claimed = this.#storage.claim(taken, to, note);
    if (claimed && before === "ongoing") this.#remember(decided, { dueAt, decidedAt });
    return claimed;
  }

  /** What was really done, apart from what the row says of it. Trouble counts from its decision: its claim may be stored long after. */
  #remember(decided: Repair, { dueAt, decidedAt }: { dueAt: number; decidedAt: number }): void {
    if ("afresh" in decided && decided.afresh) this.#allIsWell();
    if (decided.do === "create" || decided.do === "wake" || decided.do === "restart") {
      this.#troubledSince = dueAt > decidedAt ? null : (this.#troubledSince ?? decidedAt);
    }
    if (decided.do !== "lose") return;
    if (this.#restartsSince < CHECK.maxRecoveries) this.#break("nothing is given up before five restarts were made");
    if (decidedAt - (this.#troubledSince ?? decidedAt) < CHECK.giveUpMs) this.#break("nothing is given up before a day of trouble");
  }

  *#perform(decided: Repair, { taken, lookedAt, unrecorded }: { taken: number; lookedAt: number; unrecorded: number }): Io<void> {
    const once = (work: () => void) => () => {
      if (this.#remedied.has(taken)) this.#break("what a sweep took is repaired once");
      this.#remedied.add(taken);
      work();
    };
    if (decided.do === "nudge" || decided.do === "wake") yield* this.#ask(once(() => this.#wake()));
    if (decided.do === "create") yield* this.#ask(once(() => this.#create()));
    if (decided.do === "start_over") yield* this.#ask(once(() => this.#startOverHeld()));
    if (decided.do === "restart") yield* this.#ask(once(() => this.#restart(unrecorded, lookedAt)));
  }

  // What goes wrong

  #suffer(trouble: Trouble): void {
    if ("ms" in trouble) this.#until[trouble.do] = this.now + trouble.ms;
    else if ("count" in trouble) this.#count[trouble.do] += trouble.count;
    else if (trouble.do === "crash") this.#crash(trouble.local, trouble.late);
    else if (trouble.do === "hold") this.#control ??= { state: "paused", since: this.now, rate: null, probeAt: null };
    else if (trouble.do === "release") this.#drain();
    else if (trouble.do === "cancel") this.#storage.cancel(this.now);
    else if (this.#run !== null && !isOver(this.#run)) {
      this.#sufferRun(this.#run, trouble.do, "late" in trouble && trouble.late);
    }
  }

  #sufferRun(run: Run, what: OfRun, late: boolean): void {
    switch (what) {
      case "pause":
        if (run.pausedAt !== null) return;
        run.status = run.busy ? "waitingForPause" : "paused";
        run.pausedAt = run.busy ? null : this.now;
        return;
      case "resume":
        this.#resume(run);
        return;
      case "evict":
        if (run.pausedAt !== null || !run.busy) return;
        this.#interrupt(run, late);
        run.status = "running";
        this.#activate(run, 5 * SECOND_MS);
        return;
      case "terminate":
        this.#interrupt(run, late);
        run.pausedAt = null;
        this.#end(run, "terminated", null);
        return;
      case "forget":
        this.#interrupt(run, late);
        this.#run = null;
        return;
      default:
        what satisfies never;
    }
  }

  #resume(run: Run): void {
    if (run.status === "waitingForPause") run.status = "running";
    if (run.pausedAt === null) return;
    Object.assign(run, { status: "running", pausedAt: null });
    this.#activate(run, run.place.step === "sleep" ? Math.max(0, run.place.until - this.now) : 0);
  }

  /** Locally the queue is gone and nothing wakes by itself; elsewhere the engine goes on where it was. */
  #crash(local: boolean, late: boolean): void {
    this.#kill("hub", false);
    if (local) this.#queueEpoch += 1;
    const run = this.#run;
    if (run === null || isOver(run)) return;
    this.#interrupt(run, late && !local);
    if (run.status === "waitingForPause") run.status = "running";
    if (!local && run.pausedAt === null) this.#activate(run, run.place.step === "sleep" ? Math.max(0, run.place.until - this.now) : 0);
  }

  #recover(): void {
    this.#until = { ...NO_SPANS };
    this.#count = { ...NO_TIMES };
    this.#drain();
    this.#healthyFrom = this.now;
    if (this.#run !== null && !isOver(this.#run)) this.#resume(this.#run);
  }

  /** `resumeDestination`: half of those who do have a rate, so that what runs do is not what a release does. */
  #drain(): void {
    if (this.#control?.state !== "paused") return;
    this.#control = { state: "draining", since: this.now, rate: this.#random() < 0.5 ? 1 : null, probeAt: null };
  }

  // What must hold

  /** At every moment. */
  #hold(): void {
    const { row, executions } = this.#storage;
    if (row.attempts !== executions.size) this.#break("a dispatch counts what is recorded");
    if ((row.checkAt === null) !== (row.status !== "ongoing") || (row.settledAt === null) !== (row.status === "ongoing")) {
      this.#break("what is ongoing is looked at again, what has settled is not");
    }
    if (row.recoveries > this.#restartsSince) this.#break("a restart is counted once, and only when it was made");
    if (row.status !== "ongoing") return;
    const { timeoutMs } = this.#history.policy;
    const soon = Math.max(this.now, row.dueAt) + Math.max(HOUR_MS, timeoutMs + CHECK.graceMs);
    if ((row.checkAt ?? 0) > soon) this.#break("what is ongoing is looked at again soon after it is due");
    this.#holdRun(soon - Math.max(this.now, row.dueAt));
  }

  /** Once all is well: what no run carries, and no timer wakes, is found and set going within the longest pace and an attempt. */
  #holdRun(longestPace: number): void {
    const run = this.#run;
    const goesOn = run !== null && !isOver(run) && (run.busy || run.wakeAt !== null);
    const isNotOwed = this.now < this.#storage.row.dueAt || this.#control !== null;
    if (goesOn || this.now < this.#healthyFrom || isNotOwed) this.#idleSince = null;
    else this.#idleSince ??= this.now;
    const found = longestPace + this.#history.policy.timeoutMs + CHECK.graceMs + 5 * MINUTE_MS;
    if (this.#idleSince !== null && this.now - this.#idleSince > found) this.#break("what has no run is found and set going");
  }

  /** Once all is well for as long as it takes to find what was not, an audit has nothing to say, but of runs that outlived it. */
  #holdAudit(): void {
    const { timeoutMs } = this.#history.policy;
    const mended = this.#healthyFrom + Math.max(HOUR_MS, timeoutMs + CHECK.graceMs) + timeoutMs + CHECK.graceMs + 5 * MINUTE_MS;
    if (this.now < mended) return;
    const { orphan_run: _, ...unexplained } = this.#audit().mismatches;
    for (const name of Object.keys(unexplained)) this.#break(`an audit finds nothing: ${name}`);
  }

  #audit(): AuditFigures {
    const { row, executions, notes } = this.#storage;
    const attempts = [...executions.keys()];
    const figures = {
      count: attempts.length,
      first: Math.min(...attempts),
      last: Math.max(...attempts),
      lastOutcome: executions.get(Math.max(...attempts))?.outcome ?? "",
    };
    const audited = {
      ...row,
      id: "e1-0",
      route: "all",
      destination: "email",
      superseded: 0 as const,
      timeoutMs: this.#history.policy.timeoutMs,
      hasEvent: true,
      executions: attempts.length === 0 ? null : figures,
      noted: [...notes.values()].map(({ kind, remedy }) => (kind === "repair" ? remedy : kind)),
      held: this.#isHeld(),
      run: lookOf(this.#run, this.#history.local).status,
      ended: false,
    };
    return auditPiece({ events: [], dispatches: [audited], now: this.now });
  }

  #atLast(): void {
    this.#holdAudit();
    const { executions, published, settledBy } = this.#storage;
    for (const { nonce, followUps } of executions.values()) {
      const due = followUps.events.length > 0 && nonce === settledBy ? 1 : 0;
      if ((published.get(nonce) ?? 0) !== due) this.#break("what a reply emitted is published once, and only when the reply decided");
    }
    for (const attempt of executions.keys()) if (!this.#calls.has(attempt)) this.#break("what is recorded was called");
  }
}

function isBefore(one: { at: number; order: number }, other: { at: number; order: number } | undefined): boolean {
  return other !== undefined && (one.at < other.at || (one.at === other.at && one.order < other.order));
}
