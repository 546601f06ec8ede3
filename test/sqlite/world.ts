import { DatabaseSync } from "node:sqlite";
import type { DispatchMessage, RunParams } from "../../schema/storage/messages.ts";
import type { Hub } from "../../src/bindings/hub.ts";
import { idSource } from "../../src/domain/base/id-source.ts";
import { migrate } from "../../src/store/d1/migrate.ts";
import { mulberry32 } from "../mulberry32.ts";
import { sqliteD1 } from "./d1.ts";

/** A hub that a law owns: its database, its queue, its clock and its chance. */
export interface World {
  readonly hub: Hub;
  /** The clock, in milliseconds; moves when a law moves it. */
  readonly clock: { now: number };
  /** Runs that were put on the queue to be started. */
  readonly started: RunParams[];
  /** Rows as they are stored. */
  readonly rows: <Row>(sql: string, ...values: readonly string[]) => Row[];
}

const START = Date.UTC(2026, 10, 21);

/** Makes a world; `around` puts something between the hub and its database. All that happens in it follows from the seed. */
export async function worldOf(given: { config: object; seed: number; around?: (d1: D1Database) => D1Database }): Promise<World> {
  const { config, seed, around = (plain: D1Database) => plain } = given;
  const database = new DatabaseSync(":memory:");
  const d1 = sqliteD1(database);
  await migrate(d1);
  const clock = { now: START };
  const random = mulberry32(seed);
  const started: RunParams[] = [];
  const now = () => clock.now;
  const randomBytes = () => Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  const env = { DB: around(d1), DISPATCH_QUEUE: queueInto(started), HUB_CONFIG: config } as unknown as Env;
  return {
    hub: { env, now, random, newId: idSource({ now, randomBytes }), newSecret: () => String(random()) },
    clock,
    started,
    rows: <Row>(sql: string, ...values: readonly string[]) => database.prepare(sql).all(...values) as Row[],
  };
}

function queueInto(started: RunParams[]): Queue {
  const sendBatch = async (messages: readonly { readonly body: DispatchMessage }[]) => {
    for (const { body } of messages) if (body.kind === "start") started.push(...body.runs);
  };
  return { sendBatch } as unknown as Queue;
}
