import { createExecutionContext } from "cloudflare:test";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import { consoleApp } from "../../../src/console/app.tsx";
import { EventHub } from "../../../src/rpc.ts";
import { envWith } from "./hub.ts";

const ORIGIN = "http://localhost";

/** The console of a hub with other bindings, open to whoever asks from this machine. */
export function consoleOf(given: Partial<Record<keyof Env, unknown>> = {}) {
  const env = envWith({ HUB_CONSOLE: { access: "none" }, ...given });
  const logged: unknown[] = [];
  const app = consoleApp({
    hub: new EventHub(createExecutionContext(), env) as EventHubApi,
    env,
    log: (_door, error) => logged.push(error),
  });
  return {
    /** Errors nobody foresaw. */
    logged,
    get: async (path: string) => await app.request(`${ORIGIN}${path}`, { headers: { accept: "text/html" } }),
    /** As a form of the console itself does it. */
    post: async (path: string, fields: Readonly<Record<string, string>> = {}) =>
      await app.request(`${ORIGIN}${path}`, {
        method: "POST",
        headers: { accept: "text/html", "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(fields).toString(),
      }),
  };
}
