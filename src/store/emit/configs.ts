import { withStorage } from "../d1/storage.ts";

/** A configuration that routed events. */
export interface ConfigRow {
  readonly version: string;
  readonly body: string;
  readonly firstSeenAt: number;
}

export function configRow({ version, body }: Pick<ConfigRow, "version" | "body">, firstSeenAt: number): ConfigRow {
  return { version, body, firstSeenAt };
}

/** Stores a configuration once: it goes into the batch of the first events it routed, so that every event's version can be looked up. */
export function configStatements(d1: D1Database, config: ConfigRow | null): D1PreparedStatement[] {
  if (config === null) return [];
  const insert = "INSERT INTO configs (version, body, first_seen_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
  return [d1.prepare(insert).bind(config.version, config.body, config.firstSeenAt)];
}

/** Bodies of configurations by version. */
export async function readConfigs(d1: D1Database, versions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const select = d1
    .prepare("SELECT version, body FROM configs WHERE version IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(versions));
  const { results } = await withStorage(d1, () => select.all<{ version: string; body: string }>());
  return new Map(results.map(({ version, body }) => [version, body]));
}
