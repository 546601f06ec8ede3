import { WorkerEntrypoint } from "cloudflare:workers";
import type { InspectorApi, Table, Verb } from "../api.ts";

/** Columns of the primary key. */
const KEYS = {
  events: ["id"],
  dispatches: ["id"],
  executions: ["dispatch_id", "attempt"],
  notes: ["subject_id", "id"],
} as const satisfies Record<Table, readonly string[]>;

const STANDING = "SELECT count(*) AS dispatches, coalesce(sum(status = 'ongoing'), 0) AS ongoing FROM dispatches";

const ONGOING = `
  SELECT id, destination, due_at AS dueAt, check_at AS checkAt FROM dispatches INDEXED BY dispatches_check
  WHERE status = 'ongoing' ORDER BY check_at DESC LIMIT 500`;

/** Sees and does what an operator with the dashboard could, and what no operator should. */
export default class Inspector extends WorkerEntrypoint<InspectorEnv> implements InspectorApi {
  async rows(table: Table, after: readonly (string | number)[]): Promise<string> {
    const key = KEYS[table].join(", ");
    const from = after.length === 0 ? "" : `WHERE (${key}) > (${after.map(() => "?").join(", ")})`;
    const page = this.env.DB.prepare(`SELECT * FROM ${table} ${from} ORDER BY ${key} LIMIT 2000`);
    const { results } = await page.bind(...after).all();
    return JSON.stringify(results);
  }

  async standing(): Promise<string> {
    return JSON.stringify(await this.env.DB.prepare(STANDING).first());
  }

  async ongoing(): Promise<string> {
    const { results } = await this.env.DB.prepare(ONGOING).all();
    return JSON.stringify(results);
  }

  async status(id: string): Promise<string> {
    using instance = disposable(await this.env.DISPATCH_WORKFLOW.get(id));
    const { status } = await instance.handle.status();
    return status;
  }

  async meddle(verb: Verb, id: string): Promise<void> {
    using instance = disposable(await this.env.DISPATCH_WORKFLOW.get(id));
    if (verb === "wake") await instance.handle.sendEvent({ type: "chaos", payload: null });
    else await instance.handle[verb]();
  }

  async send(bodies: string): Promise<void> {
    const messages = (JSON.parse(bodies) as unknown[]).map((body) => ({ body, contentType: "json" as const }));
    await this.env.DISPATCH_QUEUE.sendBatch(messages);
  }
}

function disposable(handle: WorkflowInstance) {
  return { handle, [Symbol.dispose]: () => (handle as Partial<Disposable>)[Symbol.dispose]?.() };
}
