import type { EventHubApi } from "flowhub";
import type { InspectorApi, LedgerApi } from "./workers/api.ts";

/** The bindings of the observer in configs.ts. */
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
