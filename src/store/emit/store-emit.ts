import type { EmitPlan } from "../../domain/emit/plan-emit.ts";
import { withStorage } from "../d1/storage.ts";
import { type ConfigRow, configStatements } from "./configs.ts";
import { type KnownEvents, knownFromResults, knownStatements, pastKnownKeys } from "./known-keys.ts";
import { planStatements } from "./plan-statements.ts";

/**
 * Stores a plan in one transaction, all or nothing. Returns the events that were known by their keys.
 * Throws `key.conflict` when a key stands for another event; then nothing is stored.
 */
export async function storeEmit(d1: D1Database, plan: EmitPlan, config: ConfigRow | null): Promise<KnownEvents> {
  const lookups = knownStatements(d1, plan);
  return await pastKnownKeys(d1, plan, async (remaining) => {
    const writes = [...configStatements(d1, config), ...planStatements(d1, remaining)];
    const results = await withStorage(d1, () => d1.batch([...writes, ...lookups]));
    return knownFromResults(results.slice(writes.length));
  });
}
