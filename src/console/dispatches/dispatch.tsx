import { type Context, Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DispatchDetail } from "../../../schema/contract/dispatches.ts";
import type { EventDetail } from "../../../schema/contract/events.ts";
import type { NoteKind } from "../../../schema/contract/notes.ts";
import type { Operation } from "../../../schema/contract/operations.ts";
import { faultCode } from "../../../schema/faults.ts";
import { type ConsoleEnv, isOperator, type Visitor } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { type RefusedForm, refusedForm } from "../parts/action.tsx";
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
    .get(path, async (context) => await dispatchPage(context, { hub, id: context.req.param("id") }))
    .get(`${path}/watch`, async (context) => {
      const lines = (await hub.watchDispatch(context.req.param("id"))) ?? unknown("dispatch");
      return context.body(lines, 200, { "content-type": "application/x-ndjson; charset=utf-8" });
    })
    .post(`${path}/retry`, async (context) => {
      const id = context.req.param("id");
      const { after, ...fields } = await postedFields(context, [...RETRY_FIELDS, "after"]);
      try {
        const options = { by: context.var.visitor.name, after, ...retryOptionsOf(fields) };
        return backTo(context, (await hub.retryDispatch(id, options)).id, "retried");
      } catch (error) {
        return await dispatchPage(context, { hub, id, refused: refusedForm(error, fields) });
      }
    })
    .post(`${path}/run-now`, async (context) => await operated(context, { hub, id: context.req.param("id"), ...RUN_NOW }))
    .post(`${path}/dismiss`, async (context) => await operated(context, { hub, id: context.req.param("id"), ...DISMISS }))
    .post(`${path}/cancel`, async (context) => await operated(context, { hub, id: context.req.param("id"), ...CANCEL }));
}

interface Operating {
  readonly hub: EventHubApi;
  readonly id: string;
  readonly operate: (hub: EventHubApi, id: string, why: Operation) => Promise<unknown>;
  /** The note it leaves. */
  readonly noted: NoteKind;
  readonly flash: Flash;
}

type Kind = Pick<Operating, "operate" | "noted" | "flash">;

const RUN_NOW: Kind = {
  operate: async (hub, id, why) => await hub.runNow(id, why),
  noted: "run_now",
  flash: "hurried",
};

const DISMISS: Kind = {
  operate: async (hub, id, why) => await hub.dismissDispatch(id, why),
  noted: "dismiss",
  flash: "dismissed",
};

const CANCEL: Kind = {
  operate: async (hub, id, why) => await hub.cancelDispatch(id, why),
  noted: "cancel",
  flash: "cancelled",
};

/** Does it, and shows what came of it. A form that was sent twice comes too late with the second, and shows what came of the first. */
async function operated(context: Context<ConsoleEnv>, { hub, id, operate, noted, flash }: Operating): Promise<Response> {
  try {
    await operate(hub, id, await operationOf(context));
  } catch (error) {
    const code = faultCode(error);
    const isLate = code === "dispatch.settled" || code === "dispatch.no_dead_letter";
    const dispatch = isLate ? await hub.getDispatch(id) : null;
    if (!isNoted(dispatch, noted, context.var.visitor)) throw error;
  }
  return backTo(context, id, flash);
}

/** Whether a visitor has done so to a dispatch before. */
export function isNoted(dispatch: DispatchDetail | null, noted: NoteKind, { name }: Visitor): boolean {
  return dispatch?.notes.some(({ kind, by }) => kind === noted && by === name) ?? false;
}

interface DispatchPage {
  readonly hub: EventHubApi;
  readonly id: string;
  /** A retry that was refused: its form is shown again. */
  readonly refused?: RefusedForm;
}

async function dispatchPage(context: Context<ConsoleEnv>, { hub, id, refused }: DispatchPage): Promise<Response> {
  const dispatch = (await hub.getDispatch(id)) ?? unknown("dispatch");
  const event = (await hub.getEvent(dispatch.eventId)) ?? unknown("event");
  const body = <Dispatch dispatch={dispatch} event={event} mayAct={isOperator(context.var.visitor)} refused={refused} />;
  const title = `${dispatch.destination}, ${event.type}`;
  if (refused !== undefined) return await page(context, { title, status: 400, body });
  return await page(context, { title, ...(isUnderWay(dispatch) && { renew: RENEW_MS }), body });
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
  readonly refused: RefusedForm | undefined;
}

function Dispatch({ dispatch, event, mayAct, refused }: DispatchProps) {
  const others = event.dispatches.filter(({ id }) => id !== dispatch.id);
  return (
    <>
      <div class="title">
        <h1>
          <bdi>{event.type}</bdi> <span class="soft">to</span> {dispatch.destination} <Badge stage={dispatch.stage} />
          {dispatch.standing !== undefined && <span class="soft"> {dispatch.standing}</span>}
        </h1>
        {mayAct && <DispatchActions dispatch={dispatch} siblings={event.dispatches} refused={refused} />}
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
