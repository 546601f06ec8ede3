import { createExecutionContext } from "cloudflare:test";
import { env as real } from "cloudflare:workers";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import { createHub } from "../../../src/bindings/hub.ts";
import { consoleApp } from "../../../src/console/app.tsx";
import { PAGES, pathOf } from "../../../src/console/pages.ts";
import { accessRecords } from "../../../src/hub/access/access-records.ts";
import { EventHub } from "../../../src/rpc.ts";
import type { Examples } from "../../example-pages.ts";
import { envWith, only, store } from "./hub.ts";
import { rows } from "./rows.ts";

const ORIGIN = "http://localhost";

/** The console of a hub that lacks no binding, with others in their place, open to whoever asks from this machine. */
export function consoleOf(given: Partial<Record<keyof Env, unknown>> & Readonly<Record<string, unknown>> = {}) {
  const env = envWith({ HUB_CONSOLE: { access: "none" }, NOT_BOUND: real.SCRIPTED, ...given });
  const logged: unknown[] = [];
  const app = consoleApp({
    hub: new EventHub(createExecutionContext(), env) as EventHubApi,
    env,
    records: accessRecords(createHub(env)),
    log: (_door, error) => logged.push(error),
  });
  return {
    /** Errors nobody foresaw. */
    logged,
    app,
    /** All that it answers to. */
    routes: app.routes,
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

/** Stores an event with one dispatch and a bulk operation, to be shown by the pages that take an id. */
export async function storedExamples(): Promise<Examples & { readonly newBulk: string }> {
  const { id, dispatches } = only(await store({ type: "later.looked-at", subject: "one", data: { order: -1 } }));
  const bulk = crypto.randomUUID();
  await rows(
    `INSERT INTO bulks (id, kind, filter, options, "by", state, done, started_at, ended_at)
     VALUES (?1, 'retry', '{}', '{}', 'ada', 'finished', 1, ?2, ?2)`,
    bulk,
    Date.now(),
  );
  return {
    event: pathOf("event", id),
    dispatch: pathOf("dispatch", only(dispatches).id),
    bulk: pathOf("bulk", bulk),
    newBulk: `${PAGES.newBulk.path}?kind=retry`,
  };
}
