import type { DatabaseSync } from "node:sqlite";
import type { Status } from "../../../schema/contract/statuses.ts";
import { bulks, configs, controls, dispatches, events, executions, notes } from "../../../schema/storage/tables.ts";
import { lockState } from "../../../tools/local/state-lock.ts";
import type { WorkerConfig } from "../../../tools/worker-config.ts";
import { randomOf } from "../../chaos/random.ts";
import { openHubDatabase } from "../../hub-database.ts";
import { configurationOf } from "./configuration.ts";
import { bulkRetries } from "./redrives.ts";
import type { Redriving, Told } from "./rows.ts";
import { standingOf } from "./standing.ts";
import { storyOf } from "./story.ts";
import { inserterOf, transaction } from "./write.ts";

export interface SeedOptions {
  /** State of a hub that has been started once and is not running now. Its database is empty. */
  readonly stateDir: string;
  /** Of that hub. */
  readonly config: WorkerConfig;
  readonly events: number;
  /** Redrives included; one to four an event. */
  readonly dispatches: number;
  readonly days: number;
  readonly seed: number;
  /** When the last of it happened; by default, now. */
  readonly now?: number | undefined;
  /** Told now and then how many events there are. */
  readonly onProgress?: ((events: number) => void) | undefined;
}

/** What has been written. */
export interface Seeded {
  readonly events: number;
  readonly dispatches: Readonly<Partial<Record<Status, number>>>;
  readonly redrives: number;
  readonly executions: number;
  readonly notes: number;
}

const DAY_MS = 86_400_000;
const PROGRESS_EVERY = 10_000;

/** Fills a hub's database as if it had been at work for days: the same for the same seed and `now`. Throws when there are events in it. */
export async function seed({ stateDir, config, days, now = Date.now(), onProgress, ...options }: SeedOptions): Promise<Seeded> {
  const configuration = configurationOf(config);
  const from = now - days * DAY_MS;
  const unlock = await lockState(stateDir);
  try {
    using database = await openHubDatabase(stateDir);
    requireEmpty(database, stateDir);
    const retries = bulkRetries({ from, to: now }, randomOf(options.seed, "bulks"));
    const seeded = transaction(database, () => {
      const told = writeStory(database, storyOf({ ...options, from, now, configuration, bulks: retries }), onProgress);
      const extra = writeStanding(database, { now, bulks: retries, seed: options.seed });
      const { version, body } = configuration;
      inserterOf(database, configs)({ version, body, firstSeenAt: from });
      return { ...told, notes: told.notes + extra };
    });
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return seeded;
  } finally {
    await unlock();
  }
}

function requireEmpty(database: DatabaseSync, stateDir: string): void {
  const { count } = database.prepare("SELECT count(*) AS count FROM events").get() as { count: number };
  if (count > 0) throw new Error(`There are ${count} events in ${stateDir} already; seed a state that has none.`);
}

function writeStory(database: DatabaseSync, story: Iterable<Told>, onProgress: SeedOptions["onProgress"]): Seeded {
  const write = {
    event: inserterOf(database, events),
    dispatch: inserterOf(database, dispatches),
    execution: inserterOf(database, executions),
    note: inserterOf(database, notes),
  };
  const counts = { events: 0, redrives: 0, executions: 0, notes: 0 };
  const statuses: Partial<Record<Status, number>> = {};
  for (const { event, histories } of story) {
    write.event(event);
    for (const history of histories) {
      const { status, redriveOf } = history.dispatch;
      write.dispatch(history.dispatch);
      history.executions.forEach(write.execution);
      history.notes.forEach(write.note);
      statuses[status] = (statuses[status] ?? 0) + 1;
      counts.redrives += redriveOf === null ? 0 : 1;
      counts.executions += history.executions.length;
      counts.notes += history.notes.length;
    }
    counts.events += 1;
    if (counts.events % PROGRESS_EVERY === 0) onProgress?.(counts.events);
  }
  return { ...counts, dispatches: statuses };
}

/** Returns how many notes there are of it. */
function writeStanding(database: DatabaseSync, given: { now: number; bulks: readonly Redriving[]; seed: number }): number {
  const standing = standingOf({ ...given, random: randomOf(given.seed, "standing") });
  standing.controls.forEach(inserterOf(database, controls));
  standing.notes.forEach(inserterOf(database, notes));
  standing.bulks.forEach(inserterOf(database, bulks));
  return standing.notes.length;
}
