import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import type { Page } from "../../../schema/contract/page.ts";
import type { Status } from "../../../schema/contract/statuses.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { DispatchTable } from "../parts/dispatch-table.tsx";
import { type FormFields, queryFields } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { withQuery } from "../parts/links.tsx";
import { Pager } from "../parts/pager.tsx";

const { path } = PAGES.deadLetterGroup;
const PAGE = 50;

/** One group of dead letters, one by one: some can be selected, or all that match. */
export function deadLetterGroupRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get(path, async (context) => {
    // An empty reason is one as well: some errors say nothing.
    const filters = { ...queryFields(context, ["destination", "status", "cursor"]), reason: context.req.query("reason") };
    const status = filters.status as Status | undefined;
    const list = await hub.listDispatches({ ...filters, status, standing: "dead letter", limit: PAGE });
    const body = <Group list={list} filters={filters} mayAct={isOperator(context.var.visitor)} />;
    const title = `Dead letters: ${filters.status ?? "any"} to ${filters.destination ?? "any destination"}`;
    return page(context, { title, body });
  });
}

interface GroupProps {
  readonly list: Page<DispatchView>;
  readonly filters: FormFields<"destination" | "status" | "cursor"> & { readonly reason: string | undefined };
  readonly mayAct: boolean;
}

function Group({ list: { items, cursor }, filters, mayAct }: GroupProps) {
  const { destination, status, reason } = filters;
  const rows = items.length === 0 ? <p class="notice">None on this page.</p> : <DispatchTable dispatches={items} selectable={mayAct} />;
  return (
    <>
      <div class="title">
        <h1>
          {status} <span class="soft">to</span> {destination}
        </h1>
        {mayAct && (
          <div class="actions">
            <a class="button" href={withQuery(PAGES.newBulk.path, { kind: "retry", destination, status, reason })}>
              Redrive all that match…
            </a>
            <a class="button" href={withQuery(PAGES.newBulk.path, { kind: "dismiss", destination, status, reason })}>
              Dismiss all that match…
            </a>
          </div>
        )}
      </div>
      {reason !== undefined && <p class="notice bad">{reason === "" ? "no reason" : <bdi>{reason}</bdi>}</p>}
      {mayAct ? (
        <form action={PAGES.newBulk.path}>
          <input type="hidden" name="ids" value="" />
          {status !== undefined && <input type="hidden" name="status" value={status} />}
          {rows}
          {items.length > 0 && (
            <p class="actions">
              <button type="submit" name="kind" value="retry">
                Redrive those selected…
              </button>
              <button type="submit" name="kind" value="dismiss">
                Dismiss those selected…
              </button>
            </p>
          )}
        </form>
      ) : (
        rows
      )}
      <Pager path={path} query={filters} cursor={cursor} short={items.length < PAGE} />
      <p>
        <a href={PAGES.deadLetters.path}>All groups</a>
      </p>
    </>
  );
}
