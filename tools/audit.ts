/** `npm run audit`: is everything that a hub has accepted accounted for? */

import Table from "cli-table3";
import { type AuditPage, MISMATCHES, type Mismatch } from "../schema/contract/audit.ts";
import { messageOf } from "../schema/message-of.ts";
import { type AuditSum, addUp } from "./audit-sum.ts";
import { connect } from "./connect.ts";
import { obey } from "./local/command-line.ts";
import { type AuditOptions, HELP, readOptions } from "./options.ts";

const UNEXPLAINED = 1;
const IMPOSSIBLE = 2;

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run(options: AuditOptions): Promise<number> {
  try {
    const sum = await auditAll(options);
    const text = [countsTable(sum), mismatchText(sum)].join("\n");
    (options.json ? process.stderr : process.stdout).write(`${text}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify(sum)}\n`);
    return sum.unexplained === 0 ? 0 : UNEXPLAINED;
  } catch (error) {
    const reason = messageOf(error);
    process.stderr.write(`${reason}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify({ error: reason })}\n`);
    return IMPOSSIBLE;
  }
}

async function auditAll(options: AuditOptions): Promise<AuditSum> {
  await using connection = await connect(options);
  const { from, to, allRuns } = options;
  const pages: AuditPage[] = [];
  let cursor: string | undefined;
  let events = 0;
  do {
    const page: AuditPage = plain(await connection.hub.audit({ from, to, allRuns, cursor }));
    pages.push(page);
    ({ cursor } = page);
    events += page.events;
    if (cursor !== undefined && process.stderr.isTTY) process.stderr.write(`\r${events} events …`);
  } while (cursor !== undefined);
  if (pages.length > 1 && process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  return addUp(pages.map(({ cursor: _, ...page }) => page));
}

/** What crosses the proxy is a stub for each object. */
function plain<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  (value as Partial<Disposable>)[Symbol.dispose]?.();
  return JSON.parse(text) as Value;
}

function countsTable({ events, dispatches, executions, runs, repairing, ended }: AuditSum): string {
  const table = new Table({ style: { head: [], border: [] } });
  const some = Object.entries(dispatches).filter(([, count]) => count > 0);
  const all = some.reduce((sum, [, count]) => sum + count, 0);
  table.push(
    { events: `${events}` },
    { dispatches: [`${all}`, ...some.map(([status, count]) => `${count} ${status}`)].join("\n") },
    { executions: `${executions}` },
    {
      "runs of ongoing dispatches":
        Object.entries(runs)
          .map(([status, count]) => `${count} ${status}`)
          .join("\n") || "0",
    },
    { "under repair": `${repairing}` },
    { "runs that outlived their dispatch, now ended": `${ended}` },
  );
  return table.toString();
}

function mismatchText({ unexplained, mismatches }: AuditSum): string {
  if (unexplained === 0) return "Nothing is unexplained.";
  const lines = Object.entries(mismatches).map(
    ([name, { count, examples }]) => `  ${name}: ${count}: ${MISMATCHES[name as Mismatch]}\n    ${examples.join("\n    ")}`,
  );
  return [`${unexplained} unexplained:`, ...lines].join("\n");
}
