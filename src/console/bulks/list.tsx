import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { BulkView } from "../../../schema/contract/bulks.ts";
import type { ConsoleEnv } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { page } from "../parts/layout.tsx";
import { bulkPath, withQuery } from "../parts/links.tsx";
import { count, When } from "../parts/when.tsx";
import { State } from "./state.tsx";
import { WORDS } from "./words.ts";

const RENEW_MS = 5_000;

/** Operations on many dispatches, the latest first. */
export function bulkListRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get(PAGES.bulks.path, async (context) => {
    const bulks = await hub.listBulks();
    return page(context, { title: "Bulk operations", renew: RENEW_MS, body: <Bulks bulks={bulks} /> });
  });
}

function Bulks({ bulks }: { bulks: readonly BulkView[] }) {
  return (
    <>
      <h1>Bulk operations</h1>
      {bulks.length === 0 ? (
        <p class="notice">
          None so far. <a href={PAGES.deadLetters.path}>Dead letters</a> can be redriven or dismissed together, and{" "}
          <a href={withQuery(PAGES.dispatches.path, { status: "ongoing" })}>what is ongoing</a> cancelled.
        </p>
      ) : (
        <ul class="lines">
          {bulks.map(({ id, kind, state, done, by, reason, startedAt }) => (
            <li id={id}>
              <a href={bulkPath(id)}>{WORDS[kind].noun}</a> <State state={state} /> {count(done)} done, by <bdi>{by}</bdi>
              {reason !== undefined && (
                <>
                  : <bdi>{reason}</bdi>
                </>
              )}
              <span class="soft end">
                <When at={startedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
