import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { DeadLetters } from "../../../schema/contract/dead-letters.ts";
import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import type { Page } from "../../../schema/contract/page.ts";
import type { Status } from "../../../schema/contract/statuses.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { DispatchTable } from "../parts/dispatch-table.tsx";
import { type FormFields, queryFields } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { withQuery } from "../parts/links.tsx";
import { Pager } from "../parts/pager.tsx";
import { count } from "../parts/when.tsx";
import { Groups } from "./groups.tsx";

const RENEW_MS = 10_000;
const PAGE = 50;

/** What was given up: in groups by destination and error, and each group one by one. */
export function deadLetterPages(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/dead-letters", async (context) => {
      const filters = queryFields(context, ["destination"]);
      const letters = await hub.deadLetters(filters);
      const mayAct = isOperator(context.var.visitor);
      const body = <Letters letters={letters} destination={filters.destination} mayAct={mayAct} />;
      return page(context, { title: "Dead letters", renew: RENEW_MS, body });
    })
    .get("/dead-letters/group", async (context) => {
      // An empty reason is one as well: some errors say nothing.
      const filters = { ...queryFields(context, ["destination", "status", "cursor"]), reason: context.req.query("reason") };
      const list = await hub.listDispatches({ ...filters, status: filters.status as Status | undefined, limit: PAGE });
      const body = <Group list={list} filters={filters} mayAct={isOperator(context.var.visitor)} />;
      const title = `Dead letters: ${filters.status ?? "any"} to ${filters.destination ?? "any destination"}`;
      return page(context, { title, body });
    });
}

interface LettersProps {
  readonly letters: DeadLetters;
  readonly destination: string | undefined;
  readonly mayAct: boolean;
}

function Letters({ letters, destination, mayAct }: LettersProps) {
  const { groups, total, truncated, moreGroups } = letters;
  return (
    <>
      <div class="title">
        <h1>Dead letters{destination !== undefined && ` of ${destination}`}</h1>
        {mayAct && total > 0 && (
          <a class="button" href={withQuery("/bulks/new", { kind: "retry", destination })}>
            Redrive all {count(total)}
            {truncated && " and older ones"}…
          </a>
        )}
      </div>
      {groups.length === 0 ? (
        <p class="notice good">
          All is well: {truncated ? "nothing among the latest was given up" : "nothing was given up"} that nobody has retried.
        </p>
      ) : (
        <Groups groups={groups} mayAct={mayAct} />
      )}
      {moreGroups && <p class="soft">The {count(groups.length)} largest groups; there are more.</p>}
      {truncated && <p class="soft">Only the latest were looked at.</p>}
      {destination !== undefined && (
        <p>
          <a href="/dead-letters">Dead letters of all destinations</a>
        </p>
      )}
    </>
  );
}

interface GroupProps {
  readonly list: Page<DispatchView>;
  readonly filters: FormFields<"destination" | "status" | "cursor"> & { readonly reason: string | undefined };
  readonly mayAct: boolean;
}

/** A group one by one: some can be selected, or all that match. */
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
          <a class="button" href={withQuery("/bulks/new", { kind: "retry", destination, status, reason })}>
            Redrive all that match…
          </a>
        )}
      </div>
      {reason !== undefined && <p class="notice bad">{reason === "" ? "no reason" : <bdi>{reason}</bdi>}</p>}
      {mayAct ? (
        <form action="/bulks/new">
          <input type="hidden" name="kind" value="retry" />
          <input type="hidden" name="ids" value="" />
          {status !== undefined && <input type="hidden" name="status" value={status} />}
          {rows}
          {items.length > 0 && (
            <p class="actions">
              <button type="submit">Redrive those selected…</button>
              <span class="soft">Those that have been retried are passed over.</span>
            </p>
          )}
        </form>
      ) : (
        rows
      )}
      <Pager path="/dead-letters/group" query={filters} cursor={cursor} short={items.length < PAGE} />
      <p>
        <a href="/dead-letters">All groups</a>
      </p>
    </>
  );
}
