import Cloudflare from "cloudflare";
import type { DispatchView } from "../../schema/contract/dispatches.ts";
import type { Account } from "./options.ts";

export interface DispatchRow extends Pick<DispatchView, "id" | "destination" | "status"> {
  readonly settledAt: number | null;
}

/** What a live run asks Cloudflare's API. */
export function openAccount({ accountId: account_id, apiToken }: Account, signal: AbortSignal) {
  const client = new Cloudflare({ apiToken });
  return {
    /** Where a Worker is on the internet. */
    async addressOf(worker: string): Promise<string> {
      const { subdomain } = await client.workers.subdomains.get({ account_id }, { signal });
      return `https://${worker}.${subdomain}.workers.dev`;
    },
    async databaseId(name: string): Promise<string> {
      for await (const database of client.d1.database.list({ account_id, name }, { signal })) {
        if (database.name === name && database.uuid !== undefined) return database.uuid;
      }
      throw new Error(`the account has no database "${name}"`);
    },
    async dispatchesOf(eventId: string, databaseId: string): Promise<readonly DispatchRow[]> {
      const sql = "SELECT id, destination, status, settled_at AS settledAt FROM dispatches WHERE event_id = ?1";
      const { result } = await client.d1.database.query(databaseId, { account_id, sql, params: [eventId] }, { signal });
      return (result[0]?.results ?? []) as DispatchRow[];
    },
  };
}
