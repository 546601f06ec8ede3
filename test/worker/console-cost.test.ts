import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { BULK, DAY_MS, GIVEN_UP, READ, STATS } from "../../schema/limits.ts";
import { examplePages } from "../example-pages.ts";
import { consoleOf, storedExamples } from "./support/console.ts";
import { hub } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows } from "./support/rows.ts";

/** What is given up and why goes by the second: in the same order whenever the test runs. */
const PERIOD_MS = 700_000;

/** Events of the last hours, `of` to `of + many`, with 2.5 dispatches each on average: one in 25 was given up, one in 100 is scheduled. */
async function fill(of: number, many: number): Promise<void> {
  const from = Math.floor((Date.now() - DAY_MS / 2) / PERIOD_MS) * PERIOD_MS;
  await rows(
    `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1 + ?2),
       at AS (SELECT i, ?3 + i * 1000 AS ms FROM n)
     INSERT INTO events (id, type, source, subject, time, data, correlation_id, depth, config_version)
     SELECT printf('%08x-%04x-7000-8000-%012x', ms >> 16, ms & 65535, i), 'order.placed', 'shop', 's' || CAST(i % 100 AS INTEGER), ms, '{"order":' || CAST(i AS INTEGER) || '}',
       printf('%08x-%04x-7000-8000-%012x', ms >> 16, ms & 65535, i), 0, 'none' FROM at`,
    of,
    many,
    from,
  );
  await rows(
    `INSERT INTO dispatches (id, event_id, route, destination, policy, status, due_at, check_at, attempts, settled_at, reason)
     SELECT events.id || '-' || ordinal.value, events.id, 'r', 'd' || ordinal.value, '{}',
       CASE WHEN (time / 1000 + ordinal.value) % 25 = 0 THEN 'failed' WHEN (time / 1000 + ordinal.value) % 100 = 1 THEN 'ongoing' ELSE 'complete' END,
       time, iif((time / 1000 + ordinal.value) % 100 = 1, ?2, NULL), 1, iif((time / 1000 + ordinal.value) % 100 = 1, NULL, time + 100),
       iif((time / 1000 + ordinal.value) % 25 = 0, 'because ' || (time / 1000 % 7), NULL)
     FROM (SELECT id, time, (time / 1000) % 2 AS odd FROM events WHERE json_extract(data, '$.order') >= ?1) AS events
       JOIN json_each('[0,1,2]') AS ordinal ON ordinal.value < 2 + odd`,
    of,
    Date.now() + DAY_MS,
  );
  await rows(
    `INSERT OR IGNORE INTO executions (dispatch_id, attempt, nonce, outcome, started_at, finished_at)
     SELECT id, 1, '', iif(status = 'failed', 'failed', 'complete'), due_at, due_at + 50 FROM dispatches WHERE status <> 'ongoing'`,
  );
}

/** Rows that a page may read, whatever is stored; each is a sum of bounds in schema/limits.ts. */
const STATS_ROWS = 3 * STATS.rows + 2 * STATS.timed + 5 * STATS.rows;
const HEALTH_ROWS = READ.healthRows + 3 * READ.failureRows + GIVEN_UP.rows + READ.scanRows + 100;
const LETTER_ROWS = 7 * GIVEN_UP.rows;
const LIST_ROWS = 2 * READ.scanRows + READ.maxPage;
/** Counts what matches, so many of them, before it asks. */
const COUNTING = "/bulks/new?kind=retry&destination=d1";
/** These count what failed, up to a bound that is not reached here. */
const COUNTED: readonly string[] = [COUNTING, "/", "/dead-letters", "/destinations"];
const GROUP = "/dead-letters/group?destination=d1&status=failed&reason=because+3";
/** A page that is not named here reads next to nothing. */
const FEW_ROWS = 30;
const BOUNDS: Readonly<Record<string, number>> = {
  "/": STATS_ROWS + HEALTH_ROWS + 100,
  "/health": HEALTH_ROWS,
  "/activity": LIST_ROWS,
  "/events": 500,
  "/events?type=order.placed": 500,
  "/events?subject=s7": 500,
  "/events?text=nowhere": LIST_ROWS,
  "/events?source=nobody": LIST_ROWS,
  "/search?q=nowhere": 10,
  "/dispatches": 200,
  "/dispatches?status=ongoing": 200,
  "/dispatches?status=failed&destination=d1": LIST_ROWS,
  "/dispatches?destination=nowhere": LIST_ROWS,
  "/dead-letters": LETTER_ROWS,
  [GROUP]: LIST_ROWS,
  "/bulks": 100,
  [COUNTING]: 2 * BULK.countRows + LIST_ROWS,
  "/destinations": STATS_ROWS + 100,
  "/events/new": 0,
};

/** Failed among the events of a fill of 12,000. What counts them reads a row each, until there are `READ.failureRows` of them. */
const FAILED = (12_000 * 2.5) / 25;
const COUNTING_BAD: readonly string[] = ["/", "/health"];

async function costs(paths: readonly string[]): Promise<Map<string, number>> {
  const metered = meteredD1(env.DB);
  const found = new Map<string, number>();
  for (const path of paths) {
    // A console of its own each: figures are kept for a few seconds.
    const { cost, result } = await metered.measure(async () => await consoleOf({ DB: metered.d1 }).get(path));
    expect([path, [200, 302]]).toEqual([path, expect.arrayContaining([result.status])]);
    found.set(path, cost.rowsRead);
  }
  return found;
}

describe("every page of the console", () => {
  it("reads a bounded number of rows, and no more of them when twice as much is stored", { timeout: 120_000 }, async () => {
    await hub.health();
    const pages = examplePages({ ...(await storedExamples()), newBulk: COUNTING, deadLetterGroup: GROUP });
    const paths = [...new Set([...Object.keys(BOUNDS), ...pages.map(({ address }) => address)])];
    await fill(0, 12_000);
    const once = await costs(paths);
    await fill(12_000, 12_000);
    const twice = await costs(paths);
    for (const path of paths) {
      const [before = 0, after = 0] = [once.get(path), twice.get(path)];
      expect({ path, rows: after }).toEqual({ path, rows: expect.toSatisfy((read: number) => read <= (BOUNDS[path] ?? FEW_ROWS)) });
      if (COUNTED.includes(path)) continue;
      const more = COUNTING_BAD.includes(path) ? FAILED : 0;
      expect({ path, rows: after }).toEqual({ path, rows: expect.toSatisfy((read: number) => read <= before * 1.1 + 10 + more) });
    }
  });
});
