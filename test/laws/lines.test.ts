import { expect, test } from "vitest";
import type { BulkKind } from "../../schema/contract/bulks.ts";
import type { Outcome, SettledStatus } from "../../schema/contract/statuses.ts";
import { type FaultCode, faultCode } from "../../schema/faults.ts";
import { parseBulkFilter } from "../../src/domain/operate/bulk-filter.ts";
import { previewBulk } from "../../src/hub/operate/bulk.ts";
import { performPiece } from "../../src/hub/operate/bulk-piece.ts";
import { cancelDispatch, cancelEvent } from "../../src/hub/operate/cancel.ts";
import { dismissDispatch } from "../../src/hub/operate/dismiss-dispatch.ts";
import type { Operator } from "../../src/hub/operate/operator.ts";
import { retryDispatch } from "../../src/hub/operate/retry-dispatch.ts";
import { deadLetters } from "../../src/hub/read/dead-letters.ts";
import { listDispatches } from "../../src/hub/read/dispatches.ts";
import { recordAttempt } from "../../src/store/attempt/record-attempt.ts";
import { storePlan } from "../../src/store/emit/store-plan.ts";
import { insertBulk } from "../../src/store/operate/bulks.ts";
import { purgeChains } from "../../src/store/purge/purge-chains.ts";
import { readDispatch } from "../../src/store/read/read-dispatches.ts";
import { claimRepair } from "../../src/store/repair/claim-repair.ts";
import { mulberry32 } from "../mulberry32.ts";
import { attemptRecord, freshPlan, note } from "../sqlite/store-facts.ts";
import { type World, worldOf } from "../sqlite/world.ts";

/** What is stored of the lines, asked without it: no link says anything else than so, and no line has two links on their way. */
const WRONG = `
  WITH link AS (
      SELECT id, status, superseded, settled_at, substr(id, 1, instr(id || '-r', '-r') - 1) AS line, status IN ('failed', 'misconfigured', 'lost') AS bad,
        EXISTS (SELECT 1 FROM notes WHERE subject_id = dispatches.id AND kind = 'dismiss') AS dismissed
      FROM dispatches),
    judged AS (
      SELECT *, max(status IN ('ongoing', 'complete', 'ignored')) OVER line AS lives, sum(status = 'ongoing') OVER line AS ongoing,
        id = first_value(id) OVER (PARTITION BY line ORDER BY bad DESC, settled_at DESC, id DESC) AS last
      FROM link WINDOW line AS (PARTITION BY line))
  SELECT id, status, superseded FROM judged
  WHERE ongoing > 1 OR bad AND superseded <> iif(dismissed, 2, NOT (last AND NOT lives))`;

/** Redrives and the notes that name them: each has the other. */
const UNNOTED = `
  SELECT id FROM dispatches WHERE redrive_of IS NOT NULL
    AND 1 <> (SELECT count(*) FROM notes WHERE subject_id = redrive_of AND kind = 'retry' AND detail ->> 'redrive' = dispatches.id)
  UNION ALL SELECT detail ->> 'redrive' FROM notes
    WHERE kind = 'retry' AND NOT EXISTS (SELECT 1 FROM dispatches WHERE dispatches.id = detail ->> 'redrive' AND redrive_of = subject_id)`;

const TABLES = ["events", "dispatches", "executions", "notes", "bulks"];

const BULKS: readonly { readonly kind: BulkKind; readonly status?: SettledStatus }[] = [
  { kind: "retry" },
  { kind: "retry", status: "failed" },
  { kind: "retry", status: "cancelled" },
  { kind: "retry", status: "complete" },
  { kind: "cancel" },
  { kind: "dismiss" },
  { kind: "dismiss", status: "lost" },
];

/** What may be asked for too late. */
const REFUSALS: readonly (FaultCode | undefined)[] = [
  "dispatch.ongoing",
  "dispatch.settled",
  "dispatch.unknown",
  "dispatch.no_dead_letter",
  "event.unknown",
];

/** Lines of a hub, and what may happen to them. */
class Lines {
  readonly #world: World;
  readonly #random: () => number;
  #copy: Record<string, unknown[]> | undefined;

  constructor(world: World, random: () => number) {
    this.#world = world;
    this.#random = random;
  }

  get #d1(): D1Database {
    return this.#world.hub.env.DB;
  }

  get #operator(): Operator {
    return { hub: this.#world.hub, name: "tests", afterReply: () => undefined };
  }

  #pick<One>(all: readonly One[]): One | undefined {
    return all[Math.floor(this.#random() * all.length)];
  }

  /** Any dispatch, or one that stands so. */
  #some(where = "TRUE"): string {
    return this.#pick(this.#world.rows<{ id: string }>(`SELECT id FROM dispatches WHERE ${where}`))?.id ?? "none";
  }

  async emit(): Promise<void> {
    const plan = freshPlan({ destination: this.#pick(["email", "sms"]) ?? "email" });
    const events = plan.events.map((event) => ({ ...event, subject: this.#pick(["ada", "grace"]) ?? null }));
    await storePlan(this.#d1, { plan: { ...plan, events }, config: null });
  }

  /** An answer to the next attempt: in time, or to what was given up or cancelled meanwhile. */
  async answer(where: string): Promise<void> {
    const row = await readDispatch(this.#d1, this.#some(where));
    if (row === undefined) return;
    const outcome = this.#pick<Outcome>(["complete", "ignored", "failed", "failed", "failed", "misconfigured"]) ?? "failed";
    const again = outcome === "failed" && this.#random() < 0.2;
    const next = again
      ? ({ status: "ongoing", reason: "again", dueAt: 5, checkAt: 6 } as const)
      : ({ status: outcome, reason: null } as const);
    const given = { attempt: row.attempts + 1, outcome, next, finishedAt: this.#world.clock.now - Math.floor(this.#random() * 3) };
    await recordAttempt(this.#d1, attemptRecord(row.id, given));
  }

  async repair(to: "lost" | "complete" | "failed"): Promise<void> {
    const row = await readDispatch(this.#d1, this.#some("status = 'ongoing'"));
    if (row === undefined) return;
    const taken = { id: row.id, checkAt: row.checkAt ?? 0 };
    const state = { status: to, settledAt: this.#world.clock.now, reason: null } as const;
    await claimRepair(this.#d1, { taken, to: state, note: { ...note("repair", 1), subjectId: row.id, detail: null } });
  }

  async bulk(): Promise<void> {
    const { kind, status } = this.#pick(BULKS) ?? { kind: "retry" };
    const { hub } = this.#world;
    const startedAt = hub.now();
    const asked = {
      status,
      ...(this.#random() < 0.3 && { destination: "sms" }),
      ...(this.#random() < 0.2 && { type: "order.*" }),
      ...(this.#random() < 0.2 && { subject: "ada" }),
    };
    const filter = JSON.stringify(parseBulkFilter(kind, asked, startedAt));
    const id = hub.newId();
    await insertBulk(this.#d1, { id, kind, filter, options: "{}", by: "tests", reason: null, startedAt });
    for (let next = await performPiece(hub, id, undefined); next !== null; ) next = await performPiece(hub, id, next);
  }

  async operate(what: "retry" | "cancel" | "cancel event" | "dismiss"): Promise<void> {
    const operator = this.#operator;
    if (what === "retry") await retryDispatch(operator, this.#some(), {});
    if (what === "cancel") await cancelDispatch(operator, this.#some("status = 'ongoing'"), {});
    if (what === "cancel event") await cancelEvent(operator, this.#some("status = 'ongoing'").slice(0, 36), {});
    if (what === "dismiss") await dismissDispatch(operator, this.#some("status IN ('failed', 'misconfigured', 'lost')"), {});
  }

  async purge(): Promise<void> {
    const id = this.#some().slice(0, 36);
    await purgeChains(this.#d1, { chains: [id], before: this.#world.clock.now + 60_000, deadLetters: this.#random() < 0.5, dryRun: false });
  }

  /** Keeps a copy of the database, or puts the last one back, between two transactions as the platform does. */
  async restore(): Promise<void> {
    const { rows } = this.#world;
    const before = this.#copy;
    this.#copy = Object.fromEntries(TABLES.map((table) => [table, rows(`SELECT * FROM ${table}`)]));
    if (before === undefined || this.#random() < 0.5) return;
    for (const table of TABLES) {
      rows(`DELETE FROM ${table}`);
      const [first] = before[table] ?? [];
      const columns = Object.keys(first ?? {});
      if (columns.length === 0) continue;
      const values = columns.map((column) => `value ->> '${column}'`).join(", ");
      rows(`INSERT INTO ${table} ("${columns.join('", "')}") SELECT ${values} FROM json_each(?)`, JSON.stringify(before[table]));
    }
  }

  async something(): Promise<void> {
    if (this.#random() < 0.5) this.#world.clock.now += 1;
    const deeds: readonly (readonly [weight: number, deed: () => Promise<void>])[] = [
      [40, () => this.emit()],
      [200, () => this.answer("status = 'ongoing'")],
      [60, () => this.answer("status = 'lost'")],
      [160, () => this.answer("status = 'lost' AND EXISTS (SELECT 1 FROM dispatches AS redrive WHERE redrive.redrive_of = dispatches.id)")],
      [20, () => this.answer("status = 'cancelled'")],
      [100, () => this.repair("lost")],
      [20, () => this.repair("complete")],
      [20, () => this.repair("failed")],
      [60, () => this.bulk()],
      [160, () => this.operate("retry")],
      [60, () => this.operate("cancel")],
      [20, () => this.operate("cancel event")],
      [40, () => this.operate("dismiss")],
      [20, () => this.purge()],
      [1, () => this.restore()],
    ];
    const chosen = this.#pick(deeds.flatMap(([weight, deed]) => Array.from({ length: weight }, () => deed)));
    try {
      await chosen?.();
    } catch (error) {
      if (!REFUSALS.includes(faultCode(error))) throw error;
    }
  }
}

/** All that reads dead letters counts the same. */
async function readings({ hub, rows }: World): Promise<unknown[]> {
  const [stored] = rows<{ count: number }>(
    "SELECT count(*) AS count FROM dispatches WHERE superseded = 0 AND status IN ('failed', 'misconfigured', 'lost')",
  );
  const [{ total }, retry, dismiss] = await Promise.all([
    deadLetters(hub, {}),
    previewBulk(hub, "retry", {}),
    previewBulk(hub, "dismiss", {}),
  ]);
  const listed = await listDispatches(hub, { standing: "dead letter", limit: 200 });
  return [total, retry.count, dismiss.count, listed.cursor === undefined ? listed.items.length : stored?.count].filter(
    (count) => count !== stored?.count,
  );
}

const ROUNDS = Number(process.env["FC_RUNS"] ?? 300);
const AT_ONCE = 8;

test("a line says what it came to, whatever happens to its links at once", { timeout: 600_000 }, async () => {
  const seed = Number(process.env["FC_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  const random = mulberry32(seed);
  const world = await worldOf({ config: {}, seed });
  // Ids of events are drawn by the real clock: all of them were emitted before anything is done.
  world.clock.now = Date.now() + 3_600_000;
  const lines = new Lines(world, random);
  for (let n = 0; n < 12; n++) await lines.emit();
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => lines.something()));
    const found = { wrong: world.rows(WRONG), unnoted: world.rows(UNNOTED), readings: await readings(world) };
    expect(found, `round ${round} of FC_SEED=${seed}`).toEqual({ wrong: [], unnoted: [], readings: [] });
  }
});
