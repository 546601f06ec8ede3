import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { AuditPage } from "../../../schema/contract/audit.ts";
import { MISMATCHES, type Mismatch } from "../../../schema/contract/audit.ts";
import { isEventId } from "../../../schema/ids.ts";
import { DAY_MS, SECOND_MS } from "../../../schema/limits.ts";
import type { ConsoleEnv } from "../access/visitor.ts";
import { PAGES } from "../pages.ts";
import { Action } from "../parts/action.tsx";
import { postedFields } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { dispatchPath, eventPath } from "../parts/links.tsx";
import { counted } from "../parts/when.tsx";

/** How long one press of the button goes on for. */
const PATIENCE_MS = 10 * SECOND_MS;

/** Audits what was emitted in the last 24 hours: a bounded time a request, from where the one before ended. */
export function auditRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().post("/audit", async (context) => {
    const fields = await postedFields(context, ["from", "to", "cursor", "events"]);
    const now = Date.now();
    const window = { from: fields.from ?? new Date(now - DAY_MS).toISOString(), to: fields.to ?? new Date(now).toISOString() };
    const { pages, cursor } = await auditFor(hub, window, { cursor: fields.cursor, until: now + PATIENCE_MS });
    const events = Number(fields.events ?? 0) + pages.reduce((sum, piece) => sum + piece.events, 0);
    const body = <Audited pages={pages} window={window} cursor={cursor} events={events} />;
    return page(context, { title: "Audit", body });
  });
}

interface Window {
  readonly from: string;
  readonly to: string;
}

async function auditFor(hub: EventHubApi, window: Window, { cursor, until }: { cursor: string | undefined; until: number }) {
  const pages: AuditPage[] = [];
  let next = cursor;
  do {
    const piece: AuditPage = await hub.audit({ ...window, cursor: next });
    pages.push(piece);
    next = piece.cursor;
  } while (next !== undefined && Date.now() < until);
  return { pages, cursor: next };
}

interface AuditedProps {
  readonly pages: readonly AuditPage[];
  readonly window: Window;
  readonly cursor: string | undefined;
  /** In all requests of this audit. */
  readonly events: number;
}

function Audited({ pages, window, cursor, events }: AuditedProps) {
  const found = pages.flatMap(
    ({ mismatches }) => Object.entries(mismatches) as [Mismatch, { count: number; examples: readonly string[] }][],
  );
  return (
    <>
      <h1>{cursor === undefined ? "Audited" : "Audited so far"}</h1>
      <p class={found.length === 0 ? "notice good" : "notice bad"} role="status">
        {counted(events, "event")} of the last 24 hours: {found.length === 0 ? "everything is explained." : "not everything is explained."}
      </p>
      {found.map(([mismatch, { count, examples }]) => (
        <section>
          <h2>
            {counted(count, "time")}: {MISMATCHES[mismatch]}
          </h2>
          <ul>
            {examples.map((id) => (
              <li>
                <a href={isEventId(id) ? eventPath(id) : dispatchPath(id)}>
                  <code>{id}</code>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {cursor !== undefined && (
        <Action to="/audit" label="Go on">
          <input type="hidden" name="from" value={window.from} />
          <input type="hidden" name="to" value={window.to} />
          <input type="hidden" name="cursor" value={cursor} />
          <input type="hidden" name="events" value={String(events)} />
        </Action>
      )}
      <p>
        <a href={PAGES.overview.path}>Overview</a>
      </p>
    </>
  );
}
