import type { EventHubApi } from "flowhub";
import type { InspectorApi, LedgerApi } from "./workers/api.ts";

/** What observer/wrangler.toml binds. */
export interface Bindings {
  /** Unlike calls over RPC, these do not hold up this process. */
  readonly PRODUCER: { fetch(url: string, request: { method: string; body: string }): Promise<Answer> };
  readonly HUB: EventHubApi;
  readonly LEDGER: LedgerApi;
  readonly INSPECTOR: InspectorApi;
}

interface Answer {
  readonly ok: boolean;
  text(): Promise<string>;
}
