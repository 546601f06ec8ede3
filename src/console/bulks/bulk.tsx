import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { BulkDetail, BulkFilter, BulkPreview, BulkView } from "../../../schema/contract/bulks.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { Action } from "../parts/action.tsx";
import { withFlash } from "../parts/flash.ts";
import { page } from "../parts/layout.tsx";
import { bulkPath } from "../parts/links.tsx";
import { Notes } from "../parts/notes.tsx";
import { count, When } from "../parts/when.tsx";
import { unknown } from "../unknown.ts";
import { Filter } from "./filter.tsx";
import { State } from "./state.tsx";
import { WORDS } from "./words.ts";

const { path } = PAGES.bulk;
const RENEW_MS = 2_000;

/** One operation on many dispatches: how far it is, and the button that stops it. */
export function bulkRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(path, async (context) => {
      const bulk = (await hub.getBulk(context.req.param("id"))) ?? unknown("bulk");
      const isRunning = bulk.state === "running";
      // What is done no longer matches: what still does is what is left.
      const left = isRunning ? await hub.previewBulk(bulk.kind, filterOf(bulk)) : undefined;
      const body = <Bulk bulk={bulk} left={left} mayAct={isOperator(context.var.visitor)} />;
      return page(context, { title: "Bulk operation", ...(isRunning && { renew: RENEW_MS }), body });
    })
    .post(`${path}/stop`, async (context) => {
      const { id, state } = await hub.stopBulk(context.req.param("id"), { by: context.var.visitor.name });
      return context.redirect(withFlash(bulkPath(id), state === "stopped" ? state : undefined), 303);
    });
}

/** As it is kept: with times in milliseconds. */
function filterOf({ filter }: BulkView): BulkFilter {
  const { from, to, ...rest } = filter as Omit<BulkFilter, "from" | "to"> & { readonly from?: number; readonly to?: number };
  return { ...rest, ...(from !== undefined && { from: new Date(from) }), ...(to !== undefined && { to: new Date(to) }) };
}

interface BulkProps {
  readonly bulk: BulkDetail;
  readonly left: BulkPreview | undefined;
  readonly mayAct: boolean;
}

function Bulk({ bulk, left, mayAct }: BulkProps) {
  const { id, kind, state, done, by, reason, startedAt, endedAt } = bulk;
  return (
    <>
      <div class="title">
        <h1>
          {WORDS[kind].noun} <State state={state} />
        </h1>
        {mayAct && state === "running" && <Action to={`${bulkPath(id)}/stop`} label="Stop" />}
      </div>
      <Filter filter={filterOf(bulk)} />
      <p class="progress">
        <label>
          <b>{count(done)}</b> {WORDS[kind].done}
          {left !== undefined && `, ${count(left.count)}${left.more ? " or more" : ""} left`}{" "}
          <progress max={done + (left?.count ?? 0) || 1} value={state === "running" ? done : done || 1} />
        </label>
      </p>
      <p>
        By <bdi>{by}</bdi>
        {reason !== undefined && (
          <>
            : <bdi>{reason}</bdi>
          </>
        )}
        . Started <When at={startedAt} />
        {endedAt !== undefined && (
          <>
            , ended <When at={endedAt} />
          </>
        )}
        .
      </p>
      <Notes notes={bulk.notes} />
    </>
  );
}
