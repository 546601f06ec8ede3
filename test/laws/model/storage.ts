import type { Remedy } from "../../../schema/contract/notes.ts";
import type { SettledStatus, Status } from "../../../schema/contract/statuses.ts";
import { CHECK } from "../../../schema/limits.ts";
import type { RepairedState } from "../../../src/domain/repair/repair.ts";
import type { AttemptRecord, RecordEffect } from "../../../src/store/attempt/record-attempt.ts";
import type { Rules } from "./rules.ts";

/** A dispatch's row, as far as it changes. */
export interface DispatchState {
  status: Status;
  dueAt: number;
  checkAt: number | null;
  attempts: number;
  recoveries: number;
  overdueSince: number | null;
  settledAt: number | null;
  reason: string | null;
}

/** What is written down of a repair. */
export interface Note {
  readonly id: string;
  readonly kind: "nudge" | "repair" | "repair_failed" | "lost";
  readonly remedy: Remedy;
}

/** An execution's primary key says otherwise. */
export class Fence extends Error {}

/** What is stored of one dispatch, changed by the same conditions as in SQL; every change is held against what must hold. */
export class Storage {
  readonly row: DispatchState;
  readonly executions = new Map<number, AttemptRecord>();
  readonly notes = new Map<string, Note>();
  /** Follow-ups by the record they came with: how often they were stored anew. */
  readonly published = new Map<string, number>();
  /** The record that decided the status, and from when on each attempt may be made. */
  settledBy: string | null = null;
  readonly dueOf = new Map<number, number>();
  readonly #rules: Rules;
  readonly #broken: (rule: string) => void;

  constructor(given: { dueAt: number; checkAt: number; rules: Rules; broken: (rule: string) => void }) {
    this.row = {
      status: "ongoing",
      dueAt: given.dueAt,
      checkAt: given.checkAt,
      attempts: 0,
      recoveries: 0,
      overdueSince: null,
      settledAt: null,
      reason: null,
    };
    this.dueOf.set(1, given.dueAt);
    this.#rules = given.rules;
    this.#broken = given.broken;
  }

  /** `claimOverdue`: the moment the sweep has set, when it took the dispatch. */
  takeOverdue(now: number, until: number): number | null {
    if (this.row.status !== "ongoing" || this.row.checkAt === null || this.row.checkAt > now) return null;
    if (this.row.checkAt < now - CHECK.heldMs) this.row.overdueSince = null;
    this.row.checkAt = until;
    return until;
  }

  /** `releaseNext`: whether it was released. */
  release(now: number): boolean {
    if (this.row.status !== "ongoing") return false;
    Object.assign(this.row, this.#rules.released(this.row, now));
    this.dueOf.set(this.executions.size + 1, this.row.dueAt);
    return true;
  }

  /** `claimRepair`: with a note, what tells a claim that was reported failed from one that was. */
  claim(taken: number, to: RepairedState, note: Note | null): boolean {
    const changes = this.#rules.isClaimable(this.row, taken);
    if (changes) {
      if (to.status === "ongoing") Object.assign(this.row, to);
      else this.#settle(to, null);
      if (note !== null) this.notes.set(note.id, note);
    }
    return note === null ? changes : this.notes.has(note.id);
  }

  /** `countRestart`. */
  count(claimed: { checkAt: number; recoveries: number }): void {
    if (this.row.status !== "ongoing" || this.row.checkAt !== claimed.checkAt) return;
    this.row.recoveries = this.#rules.counted({ stored: this.row.recoveries, claimed: claimed.recoveries });
  }

  /** `giveBack`. */
  giveBack(claimed: number, back: { checkAt: number; overdueSince: number | null }, note: Note): void {
    if (this.row.status === "ongoing" && this.row.checkAt === claimed) Object.assign(this.row, back);
    this.notes.set(note.id, { ...note, kind: "repair_failed" });
  }

  /** An operator's order, D1 first. */
  cancel(now: number): void {
    if (this.row.status === "ongoing") this.#settle({ status: "cancelled", settledAt: now, reason: this.row.reason }, null);
  }

  /** `recordAttempt`: one transaction. Throws `Fence`. */
  record(record: AttemptRecord): RecordEffect {
    const { attempt, next, nonce, followUps } = record;
    if (this.#rules.fenced && this.executions.has(attempt)) throw new Fence();
    if (this.executions.has(attempt)) this.#broken("an attempt is recorded once");
    if (attempt !== this.executions.size + 1) this.#broken("attempts are recorded in their order, without gaps");
    this.executions.set(attempt, record);
    const applied = this.row.status === "ongoing" || (this.row.status === "lost" && next.status !== "ongoing");
    if (applied) this.#apply(record);
    if (this.row.attempts < attempt) this.row.attempts = attempt;
    const publishes = followUps.events.length > 0 && this.row.status === next.status && this.row.attempts === attempt;
    if (publishes) this.published.set(nonce, (this.published.get(nonce) ?? 0) + 1);
    return applied ? "applied" : "kept";
  }

  #apply({ attempt, next, nonce, finishedAt }: AttemptRecord): void {
    if (next.status === "ongoing") {
      Object.assign(this.row, { attempts: attempt, dueAt: next.dueAt, checkAt: next.checkAt, reason: next.reason });
      this.dueOf.set(attempt + 1, next.dueAt);
    } else {
      this.row.attempts = attempt;
      this.#settle({ status: next.status, settledAt: finishedAt, reason: next.reason }, nonce);
    }
    Object.assign(this.row, { recoveries: 0, overdueSince: null });
  }

  #settle(to: { status: SettledStatus; settledAt: number; reason: string | null }, by: string | null): void {
    if (this.row.status !== "ongoing" && !(this.row.status === "lost" && by !== null)) this.#broken("a dispatch settles once");
    Object.assign(this.row, to, { checkAt: null });
    this.settledBy = by;
  }
}
