import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import { isBad, STANDINGS, STATUSES, type Standing, type Status } from "../../../schema/contract/statuses.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { DispatchTable } from "../parts/dispatch-table.tsx";
import { Choice, Field, Moment } from "../parts/fields.tsx";
import { type FormFields, queryFields, utc } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { withQuery } from "../parts/links.tsx";
import { Pager } from "../parts/pager.tsx";

const { path } = PAGES.dispatches;
const FILTERS = ["status", "standing", "destination", "route", "reason", "from", "to", "cursor"] as const;
type Filters = FormFields<(typeof FILTERS)[number]>;
const PAGE = 50;
const RENEW_MS = 5_000;

/** Dispatches by how they stand and whom they are owed to. */
export function dispatchListRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get(path, async (context) => {
    const filters = queryFields(context, FILTERS);
    const status = filters.status as Status | undefined;
    const standing = filters.standing as Standing | undefined;
    const window = { from: utc(filters.from), to: utc(filters.to) };
    const { items, cursor } = await hub.listDispatches({ ...filters, status, standing, ...window, limit: PAGE });
    const mayAct = isOperator(context.var.visitor);
    const body = <Dispatches dispatches={items} cursor={cursor} filters={filters} mayAct={mayAct} />;
    return page(context, { title: "Dispatches", ...(filters.cursor === undefined && { renew: RENEW_MS }), body });
  });
}

interface DispatchesProps {
  readonly dispatches: readonly DispatchView[];
  readonly cursor: string | undefined;
  readonly filters: Filters;
  readonly mayAct: boolean;
}

function Dispatches({ dispatches, cursor, filters, mayAct }: DispatchesProps) {
  const { status, standing, destination, route, reason, from, to } = filters;
  const bySettlement = standing !== undefined || (status !== undefined && isBad(status));
  const isCancellable = status === "ongoing" && dispatches.length > 0;
  return (
    <>
      <div class="title">
        <h1>Dispatches</h1>
        {mayAct && isCancellable && (
          <a
            class="button danger"
            href={withQuery(PAGES.newBulk.path, { kind: "cancel", destination, route, reason, from: utc(from), to: utc(to) })}
          >
            Cancel all that match…
          </a>
        )}
      </div>
      <form class="filters" action={path}>
        <Choice name="status" label="Status" value={status} options={STATUSES} any="any" />
        <Choice name="standing" label="Given up" value={standing} options={STANDINGS} any="or not" />
        <Field name="destination" label="Destination" value={destination} />
        <Field name="route" label="Route" value={route} />
        <Field name="reason" label="Reason, exactly" value={reason} />
        <Moment name="from" label={bySettlement ? "Settled from" : "Emitted from"} value={from} />
        <Moment name="to" label="to" value={to} />
        <button type="submit">Search</button>
      </form>
      {dispatches.length === 0 ? (
        <p class="notice">
          {cursor === undefined ? "No dispatch is like that." : "None like it among those that were looked at. There are more."}
        </p>
      ) : (
        <DispatchTable dispatches={dispatches} />
      )}
      <Pager path={path} query={filters} cursor={cursor} short={dispatches.length < PAGE} />
    </>
  );
}
