import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import type { EventDetail, EventSummary } from "../../../schema/contract/events.ts";
import type { EventExplanation } from "../../../schema/contract/explanations.ts";
import type { Page } from "../../../schema/contract/page.ts";
import { Fault } from "../../../schema/faults.ts";
import { eventIdOf } from "../../../schema/ids.ts";
import { READ } from "../../../schema/limits.ts";
import { type ConsoleEnv, isOperator, type Visitor } from "../access/visitor.ts";
import { isNoted } from "../dispatches/dispatch.tsx";
import { SeenLast } from "../dispatches/operate.tsx";
import { PAGES } from "../pages.ts";
import { Action, Ask, Reason } from "../parts/action.tsx";
import { Chain } from "../parts/chain.tsx";
import { DispatchTable } from "../parts/dispatch-table.tsx";
import { withFlash } from "../parts/flash.ts";
import { postedFields } from "../parts/form-fields.ts";
import { JsonView } from "../parts/json.tsx";
import { jsonText } from "../parts/json-text.ts";
import { page } from "../parts/layout.tsx";
import { dispatchPath, eventPath, withQuery } from "../parts/links.tsx";
import { RoutesTable } from "../parts/routes-table.tsx";
import { count, When } from "../parts/when.tsx";
import { unknown } from "../unknown.ts";

const { path } = PAGES.event;
const RENEW_MS = 3_000;
/** Events of a chain that are drawn. */
const CHAIN = 200;

/** One event: what it says, where it went and why, what caused it and what it caused. */
export function eventRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(path, async (context) => {
      const event = (await hub.getEvent(context.req.param("id"))) ?? unknown("event");
      const [explanation, chain] = await Promise.all([
        hub.explainEvent(event.id),
        hub.searchEvents({ correlationId: event.correlationId, limit: CHAIN }),
      ]);
      const isOngoing = chain.items.some(({ dispatches }) => dispatches.ongoing !== undefined);
      const mayAct = isOperator(context.var.visitor);
      const body = <Event event={event} explanation={explanation} chain={chain} mayAct={mayAct} />;
      return page(context, { title: event.type, ...(isOngoing && { renew: RENEW_MS }), body });
    })
    .get(`${path}/data`, async (context) => {
      const event = (await hub.getEvent(context.req.param("id"))) ?? unknown("event");
      return context.text(event.data === undefined ? "" : jsonText(event.data));
    })
    .post(`${path}/cancel`, async (context) => {
      const id = context.req.param("id");
      const why = { by: context.var.visitor.name, ...(await postedFields(context, ["reason"])) };
      const { cancelled } = await hub.cancelEvent(id, why);
      // Sent twice, it comes too late with the second.
      if (cancelled.length === 0 && !(await isCancelledBy(hub, id, context.var.visitor)))
        throw new Fault("dispatch.settled", "Nothing that this event is owed to is ongoing any more.");
      return context.redirect(withFlash(eventPath(id), "cancelled"), 303);
    });
}

async function isCancelledBy(hub: EventHubApi, id: string, visitor: Visitor): Promise<boolean> {
  const cancelled = (await hub.getEvent(id))?.dispatches.find(({ status }) => status === "cancelled");
  return cancelled !== undefined && isNoted(await hub.getDispatch(cancelled.id), "cancel", visitor);
}

interface EventProps {
  readonly event: EventDetail;
  readonly explanation: EventExplanation | null;
  readonly chain: Page<EventSummary>;
  readonly mayAct: boolean;
}

function Event({ event, explanation, chain, mayAct }: EventProps) {
  const isOngoing = event.dispatches.some(({ status }) => status === "ongoing");
  return (
    <>
      <div class="title">
        <h1>
          <bdi>{event.type}</bdi>
        </h1>
        {mayAct && (
          <div class="actions">
            {isOngoing && (
              <Ask to={`${eventPath(event.id)}/cancel`} label="Cancel what is ongoing" confirm="Cancel its ongoing dispatches" danger>
                <p>What has not been delivered will not be. This cannot be undone; it can be retried later.</p>
                <Reason />
              </Ask>
            )}
            <a class="button" href={withQuery(PAGES.emit.path, { like: event.id })}>
              Emit one like it
            </a>
          </div>
        )}
      </div>
      <Attributes event={event} />
      <h2>Dispatches</h2>
      {event.dispatches.length === 0 ? (
        <p class="notice">No route took it: it is stored, and owed to nobody.</p>
      ) : (
        <DispatchTable dispatches={event.dispatches} {...(mayAct && { actionOf: retryOf(event.dispatches) })} />
      )}
      {event.dispatches.length === READ.dispatchesShown && <p>The first {count(READ.dispatchesShown)}.</p>}
      <Data event={event} />
      <h2>Why it went there</h2>
      {explanation !== null && <RoutesTable routes={explanation.routes} />}
      <h2>What caused it, and what it caused</h2>
      <Chain events={chain.items} current={event.id} />
      {chain.cursor !== undefined && (
        <p>
          The latest {count(chain.items.length)} of this chain.{" "}
          <a href={withQuery(PAGES.events.path, { correlationId: event.correlationId })}>All</a>
        </p>
      )}
    </>
  );
}

function Data({ event: { id, data, extensions } }: { event: EventDetail }) {
  return (
    <>
      <h2>Data</h2>
      {data === undefined ? (
        <p class="notice">It was emitted without data.</p>
      ) : (
        <>
          <JsonView value={data} />
          <p>
            <a href={`${eventPath(id)}/data`}>Raw</a>
          </p>
        </>
      )}
      {extensions !== undefined && (
        <>
          <h2>Extensions</h2>
          <JsonView value={extensions} />
        </>
      )}
    </>
  );
}

/** Dead letters are one press away from being retried. */
function retryOf(all: readonly DispatchView[]) {
  return (dispatch: DispatchView) => {
    if (dispatch.standing !== "dead letter") return null;
    return (
      <Action to={`${dispatchPath(dispatch.id)}/retry`} label="Retry" of={`the dispatch to ${dispatch.destination}`} primary>
        <SeenLast of={dispatch} among={all} />
      </Action>
    );
  };
}

function Attributes({ event }: { event: EventDetail }) {
  const { id, subject, source, key, time, emittedAt, causationId, depth, configVersion } = event;
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <code>{id}</code>
      </dd>
      <Fact name="Subject" value={subject} />
      <Fact name="Source" value={source} />
      <Fact name="Key" value={key} />
      <dt>Emitted</dt>
      <dd>
        <When at={emittedAt} />
      </dd>
      <dt>Happened</dt>
      <dd>
        <When at={time} />
      </dd>
      {causationId !== undefined && (
        <>
          <dt>Caused by</dt>
          <dd>
            <a href={eventPath(eventIdOf(causationId))}>an event</a>, in <a href={dispatchPath(causationId)}>this delivery</a>, {depth} deep
          </dd>
        </>
      )}
      <dt>Routed by</dt>
      <dd>
        configuration <code title={configVersion}>{configVersion.slice(0, 12)}</code>
      </dd>
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string | undefined }) {
  if (value === undefined) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </>
  );
}
