import type { AuditPage } from "flowhub";
import { plain } from "../../../tools/local/observer.ts";
import type { Audit, DispatchRow, EventRow, ExecutionRow, History, HubRows, NoteRow } from "../history.ts";
import type { CallRow, Table } from "../workers/api.ts";
import type { Life } from "./life.ts";
import { statusOf } from "./status-of.ts";

/** All that the hub stores and all that destinations saw. */
export async function collect(life: Life): Promise<Pick<History, "rows" | "calls" | "audit" | "runs">> {
  const audit = await auditOf(life);
  const rows: HubRows = {
    events: await rowsOf<EventRow>(life, { table: "events", key: ({ id }) => [id] }),
    dispatches: await rowsOf<DispatchRow>(life, { table: "dispatches", key: ({ id }) => [id] }),
    executions: await rowsOf<ExecutionRow>(life, { table: "executions", key: (row) => [row.dispatch_id, row.attempt] }),
    notes: await rowsOf<NoteRow & { id: string }>(life, { table: "notes", key: (row) => [row.subject_id, row.id] }),
  };
  return { rows, calls: await callsOf(life), audit, runs: await runsOf(life, rows) };
}

const RUNS_SHOWN = 50;

async function runsOf(life: Life, { dispatches }: HubRows): Promise<History["runs"]> {
  const unsettled = dispatches.filter(({ status }) => status === "ongoing").slice(0, RUNS_SHOWN);
  const runs: Record<string, string> = {};
  for (const { id } of unsettled) runs[id] = await statusOf(life, id);
  return runs;
}

async function rowsOf<Row>(life: Life, of: { table: Table; key: (row: Row) => (string | number)[] }): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const last = rows.at(-1);
    const after = last === undefined ? [] : of.key(last);
    const page = JSON.parse(await life.call(({ INSPECTOR }) => INSPECTOR.rows(of.table, after))) as Row[];
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

async function callsOf(life: Life): Promise<CallRow[]> {
  const calls: CallRow[] = [];
  for (;;) {
    const page = JSON.parse(await life.call(({ LEDGER }) => LEDGER.calls(calls.at(-1)?.seq ?? 0))) as CallRow[];
    if (page.length === 0) return calls;
    calls.push(...page);
  }
}

async function auditOf(life: Life): Promise<Audit> {
  const pages: AuditPage[] = [];
  let cursor: string | undefined;
  do {
    const page: AuditPage = await life.call(async ({ HUB }) => plain(await HUB.audit({ cursor })));
    pages.push(page);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return {
    events: sum(pages.map(({ events }) => events)),
    dispatches: sum(pages.flatMap(({ dispatches }) => Object.values(dispatches))),
    executions: sum(pages.map(({ executions }) => executions)),
    unexplained: sum(pages.map(({ unexplained }) => unexplained)),
    mismatches: mismatchesOf(pages),
  };
}

function mismatchesOf(pages: readonly AuditPage[]): Audit["mismatches"] {
  const found = pages.flatMap(({ mismatches }) => Object.entries(mismatches));
  const byName = Map.groupBy(found, ([name]) => name);
  return Object.fromEntries(
    Array.from(byName, ([name, entries]) => [
      name,
      { count: sum(entries.map(([, { count }]) => count)), examples: entries.flatMap(([, { examples }]) => examples) },
    ]),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
