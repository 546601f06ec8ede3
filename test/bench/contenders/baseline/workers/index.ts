import { WorkerEntrypoint, WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import type { Order } from "../../order.ts";

interface RunParams {
  readonly id: string;
  readonly eventId: string;
}

interface Env {
  readonly DB: D1Database;
  readonly QUEUE: Queue<readonly RunParams[]>;
  readonly RUN: Workflow<RunParams>;
  readonly SINK: { handle(event: unknown): Promise<string> };
}

const TABLES = [
  "CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS dispatches (id TEXT PRIMARY KEY, event_id TEXT NOT NULL, status TEXT NOT NULL, settled_at INTEGER) WITHOUT ROWID",
];
const INSERT_EVENTS = "INSERT INTO events (id, type, data) SELECT value ->> 'id', value ->> 'type', value -> 'data' FROM json_each(?1)";
const INSERT_DISPATCHES = `INSERT INTO dispatches (id, event_id, status)
  SELECT value ->> 'id', value ->> 'eventId', ?2 FROM json_each(?1)`;
const SELECT_EVENT = "SELECT type, data FROM events WHERE id = ?1";
const SETTLE = "UPDATE dispatches SET status = ?2, settled_at = ?3 WHERE id = ?1";

/** The least that the design allows: a transaction, a message, an instance, a step with a call and a write. No hub of this kind does less. */
export class Baseline extends WorkerEntrypoint<Env> {
  async prepare(): Promise<void> {
    await this.env.DB.batch(TABLES.map((sql) => this.env.DB.prepare(sql)));
  }

  async emit(orders: readonly Order[]): Promise<void> {
    const runs = await this.store(orders, "ongoing");
    for (let start = 0; start < runs.length; start += 100) this.ctx.waitUntil(this.env.QUEUE.send(runs.slice(start, start + 100)));
  }

  /** What a producer does that has a database and no hub. */
  async insert(orders: readonly Order[]): Promise<void> {
    await this.store(orders, "complete");
  }

  private async store(orders: readonly Order[], status: string): Promise<RunParams[]> {
    const { DB } = this.env;
    const events = orders.map((order) => ({ ...order, id: crypto.randomUUID() }));
    const runs = events.flatMap(({ id, type }) =>
      Array.from({ length: type === "order.split" ? 3 : 1 }, (_, at) => ({ id: `${id}-${at}`, eventId: id })),
    );
    await DB.batch([
      DB.prepare(INSERT_EVENTS).bind(JSON.stringify(events)),
      DB.prepare(INSERT_DISPATCHES).bind(JSON.stringify(runs), status),
    ]);
    return runs;
  }
}

export class Run extends WorkflowEntrypoint<Env, RunParams> {
  override async run({ payload: { id, eventId } }: Readonly<WorkflowEvent<RunParams>>, step: WorkflowStep): Promise<string> {
    const { DB, SINK } = this.env;
    return await step.do("deliver", async () => {
      const event = await DB.prepare(SELECT_EVENT).bind(eventId).first<{ type: string; data: string }>();
      const status = await SINK.handle({ id: eventId, type: event?.type, data: JSON.parse(event?.data ?? "null") });
      await DB.prepare(SETTLE).bind(id, status, Date.now()).run();
      return status;
    });
  }
}

export default {
  async queue({ messages }, { RUN }) {
    for (const { body } of messages) await RUN.createBatch({ instances: body.map((run) => ({ id: run.id, params: run })) });
  },
} satisfies ExportedHandler<Env, readonly RunParams[]>;
