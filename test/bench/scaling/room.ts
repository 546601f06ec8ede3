import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { D1 } from "../../../schema/limits.ts";
import { POLICY } from "./dispatch.ts";

/** What an event with a subject and a dispatch that has completed takes of a database. */
export interface Room {
  readonly dataBytes: number;
  readonly storedBytes: number;
  /** How many a database holds. */
  readonly events: number;
}

const EVENTS = 4_000;
const MIGRATIONS = join(import.meta.dirname, "../../../schema/storage/migrations");

/** Fills an empty database of the hub's own schema with events whose data has so many bytes. [I] D1 has pages of 4,096 bytes, as SQLite by default. */
export function measureRoom(dataBytes: number): Room {
  using database = new DatabaseSync(":memory:");
  for (const name of readdirSync(MIGRATIONS).toSorted()) {
    if (name.endsWith(".sql")) database.exec(readFileSync(join(MIGRATIONS, name), "utf8"));
  }
  database.exec("BEGIN");
  fill(database, dataBytes);
  database.exec("COMMIT");
  const storedBytes = (numberOf(database, "page_count") * numberOf(database, "page_size")) / EVENTS;
  return { dataBytes, storedBytes, events: D1.maxDatabaseBytes / storedBytes };
}

function fill(database: DatabaseSync, dataBytes: number): void {
  const event = database.prepare(
    "INSERT INTO events (id, type, source, subject, time, data, correlation_id, depth, config_version) VALUES (?1, 'order.placed', 'shop', ?2, 0, ?3, ?1, 0, ?4)",
  );
  const dispatch = database.prepare(
    "INSERT INTO dispatches (id, event_id, route, destination, policy, status, due_at, attempts, settled_at) VALUES (?1 || '-0', ?1, 'orders', 'email', ?2, 'complete', 1700000000000, 1, 1700000000000)",
  );
  const execution = database.prepare("INSERT INTO executions VALUES (?1 || '-0', 1, ?2, 'complete', 1700000000000, 1700000000000, NULL)");
  const data = "x".repeat(dataBytes);
  const version = "0".repeat(64);
  for (let nth = 0; nth < EVENTS; nth++) {
    const id = idOf(nth);
    event.run(id, `order-${nth}`, data, version);
    dispatch.run(id, JSON.stringify(POLICY));
    execution.run(id, idOf(EVENTS + nth));
  }
}

/** As long as a UUIDv7, and in order. */
function idOf(nth: number): string {
  return `01930000-${nth.toString(16).padStart(4, "0")}-7000-8000-000000000000`;
}

function numberOf(database: DatabaseSync, pragma: "page_count" | "page_size"): number {
  return Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}
