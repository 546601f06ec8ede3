import type { EmitPlan } from "../domain/plan-emit.ts";
import { withoutEvents } from "../domain/repeated-keys.ts";
import { type KnownEvents, knownFromResults, knownStatements, readSameFacts } from "./known-keys.ts";
import { isKeyFence, planStatements } from "./plan-statements.ts";
import { withStorage } from "./storage.ts";

/** A configuration that routed events, to be stored once. */
export interface ConfigRow {
  readonly version: string;
  readonly body: string;
  readonly firstSeenAt: number;
}

/**
 * Stores a plan in one transaction, all or nothing. Returns the events that were known by their keys.
 * Throws `key.conflict` when a key stands for another event; then nothing is stored.
 */
export async function storeEmit(d1: D1Database, plan: EmitPlan, config?: ConfigRow): Promise<KnownEvents> {
  let insert = plan;
  for (;;) {
    try {
      return await commit(d1, { insert, plan, config });
    } catch (error) {
      if (!isKeyFence(error)) throw error;
      insert = withoutEvents(insert, await readSameFacts(d1, insert));
    }
  }
}

async function commit(d1: D1Database, { insert, plan, config }: { insert: EmitPlan; plan: EmitPlan; config: ConfigRow | undefined }): Promise<KnownEvents> {
  const lookups = knownStatements(d1, plan);
  const writes = [...configStatements(d1, config), ...planStatements(d1, insert)];
  const results = await withStorage(d1, () => d1.batch([...writes, ...lookups]));
  return knownFromResults(results.slice(writes.length));
}

function configStatements(d1: D1Database, config: ConfigRow | undefined): D1PreparedStatement[] {
  if (config === undefined) return [];
  const insert = "INSERT INTO configs (version, body, first_seen_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
  return [d1.prepare(insert).bind(config.version, config.body, config.firstSeenAt)];
}
