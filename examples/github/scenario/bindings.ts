import type { EventHubApi } from "flowhub";

/** What observer/wrangler.toml binds. */
export interface Bindings {
  readonly PRODUCER: {
    fetch(url: string, request: { method: string; headers: Record<string, string>; body: string }): Promise<Answer>;
  };
  readonly HUB: EventHubApi;
}

interface Answer {
  readonly status: number;
  text(): Promise<string>;
}
