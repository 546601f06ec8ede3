import { type Context, Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DispatchDetail } from "../../../schema/contract/dispatches.ts";
import type { EventDetail } from "../../../schema/contract/events.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { Badge } from "../parts/badge.tsx";
import { DispatchTable } from "../parts/dispatch-table.tsx";
import { type Flash, withFlash } from "../parts/flash.ts";
import { type FormFields, postedFields } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { dispatchPath, eventPath, Id } from "../parts/links.tsx";
import { Notes } from "../parts/notes.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { retriesOf, span, When } from "../parts/when.tsx";
import { unknown } from "../unknown.ts";
import { Attempts } from "./history.tsx";
import { DispatchActions, RETRY_FIELDS, retryOptionsOf } from "./operate.tsx";

const { path } = PAGES.dispatch;
const RENEW_MS = 2_000;

/** One dispatch: what became of it, and the buttons that make it go through. */
export function dispatchRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(path, async (context) => {
      const dispatch = (await hub.getDispatch(context.req.param("id"))) ?? unknown("dispatch");
      const event = (await hub.getEvent(dispatch.eventId)) ?? unknown("event");
      const body = <Dispatch dispatch={dispatch} event={event} mayAct={isOperator(context.var.visitor)} />;
      const title = `${dispatch.destination}, ${event.type}`;
      return page(context, { title, ...(isUnderWay(dispatch) && { renew: RENEW_MS }), body });
    })
    .get(`${path}/watch`, async (context) => {
      const lines = (await hub.watchDispatch(context.req.param("id"))) ?? unknown("dispatch");
      return context.body(lines, 200, { "content-type": "application/x-ndjson; charset=utf-8" });
    })
    .post(`${path}/retry`, async (context) => {
      const fields = await postedFields(context, RETRY_FIELDS);
      const redrive = await hub.retryDispatch(context.req.param("id"), { by: context.var.visitor.name, ...retryOptionsOf(fields) });
      return backTo(context, redrive.id, "retried");
    })
    .post(`${path}/run-now`, async (context) => {
      const { id } = await hub.runNow(context.req.param("id"), await operationOf(context));
      return backTo(context, id, "hurried");
    })
    .post(`${path}/dismiss`, async (context) => {
      const { id } = await hub.dismissDispatch(context.req.param("id"), await operationOf(context));
      return backTo(context, id, "dismissed");
    })
    .post(`${path}/cancel`, async (context) => {
      const { id } = await hub.cancelDispatch(context.req.param("id"), await operationOf(context));
      return backTo(context, id, "cancelled");
    });
}

/** Its run ends a moment after it has settled. */
function isUnderWay({ status, run }: DispatchDetail): boolean {
  return status === "ongoing" || run.status === "queued" || run.status === "running" || run.status === "waiting";
}

async function operationOf(context: Context<ConsoleEnv>): Promise<FormFields<"by" | "reason">> {
  return { by: context.var.visitor.name, ...(await postedFields(context, ["reason"])) };
}

function backTo(context: Context<ConsoleEnv>, id: string, flash: Flash): Response {
  return context.redirect(withFlash(dispatchPath(id), flash), 303);
}

interface DispatchProps {
  readonly dispatch: DispatchDetail;
  readonly event: EventDetail;
  readonly mayAct: boolean;
}

function Dispatch({ dispatch, event, mayAct }: DispatchProps) {
  const others = event.dispatches.filter(({ id }) => id !== dispatch.id);
  return (
    <>
      <div class="title">
        <h1>
          <bdi>{event.type}</bdi> <span class="soft">to</span> {dispatch.destination} <Badge stage={dispatch.stage} />
          {dispatch.standing !== undefined && <span class="soft"> {dispatch.standing}</span>}
        </h1>
        {mayAct && <DispatchActions dispatch={dispatch} siblings={event.dispatches} />}
      </div>
      {dispatch.reason !== undefined && (
        <p class={dispatch.status === "complete" ? "notice" : "notice bad"}>
          <bdi>{dispatch.reason}</bdi>
        </p>
      )}
      <Timeline dispatch={dispatch} emittedAt={event.emittedAt} />
      <Facts dispatch={dispatch} event={event} />
      <h2>Attempts</h2>
      <Attempts dispatch={dispatch} />
      {dispatch.notes.length > 0 && <h2>Repairs and operations</h2>}
      <Notes notes={dispatch.notes} />
      <Run dispatch={dispatch} />
      {others.length > 0 && <h2>Other dispatches of this event</h2>}
      {others.length > 0 && <DispatchTable dispatches={others} />}
    </>
  );
}

function Facts({ dispatch, event }: { dispatch: DispatchDetail; event: EventDetail }) {
  const { id, route, dueAt, settledAt, redriveOf, policy, status } = dispatch;
  return (
    <dl class="facts">
      <dt>Dispatch</dt>
      <dd>
        <code>{id}</code>
      </dd>
      <dt>Event</dt>
      <dd>
        <a href={eventPath(event.id)}>
          <bdi>{event.type}</bdi>
        </a>{" "}
        {event.subject !== undefined && <bdi>{event.subject}</bdi>}, emitted <When at={event.emittedAt} />
      </dd>
      <dt>Route</dt>
      <dd>{route}</dd>
      <dt>{status === "ongoing" ? "Due" : "Settled"}</dt>
      <dd>
        <When at={settledAt ?? dueAt} />
      </dd>
      <dt>Policy</dt>
      <dd>
        {span(policy.timeoutMs)} an attempt, {retriesOf(policy)}
      </dd>
      {redriveOf !== undefined && (
        <>
          <dt>Redrive of</dt>
          <dd>
            <Id id={redriveOf} href={dispatchPath(redriveOf)} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** The Workflow instance; with a script, what it does as it does it. */
function Run({ dispatch: { id, run, status, recoveries, overdueSince } }: { dispatch: DispatchDetail }) {
  return (
    <>
      <h2>Workflow run</h2>
      <p>
        <b>{run.status}</b>
        {run.error !== undefined && `: ${run.error.message}`}
        {run.status === "missing" && " (not created yet, or its retention is over)"}
        {recoveries > 0 && `, restarted ${recoveries} times since the last attempt`}
        {overdueSince !== undefined && (
          <>
            , overdue since <When at={overdueSince} />
          </>
        )}
      </p>
      {status === "ongoing" && (
        <ol class="log" data-watch={`${dispatchPath(id)}/watch`} aria-label="Events of the run" aria-live="polite" id="run-log" />
      )}
    </>
  );
}
