import sql from "sql-template-tag";
import { GIVEN_UP } from "../../../schema/limits.ts";
import type { ParsedDeadLetterQuery } from "../../domain/read/dead-letter-query.ts";
import type { BadGroup, BadGroups } from "../../domain/read/dead-letters.ts";
import { equal, readAll, where } from "../d1/page.ts";
import { badBySettlement } from "./scan-bad.ts";

/** Dead letters among the latest `GIVEN_UP.rows`, in groups: the largest first. */
export async function readDeadLetters(d1: D1Database, { destination, from, to }: ParsedDeadLetterQuery): Promise<BadGroups> {
  const columns = sql`id, settled_at AS settledAt, destination, status, reason`;
  const scan = badBySettlement(columns, { superseded: 0, from, to });
  const [row] = await readAll<{ scanned: number; total: number; distinct: number; groups: string }>(
    d1,
    sql`WITH scanned AS MATERIALIZED (SELECT * FROM (${scan} LIMIT ${GIVEN_UP.rows + 1})),
        grouped AS MATERIALIZED (
          SELECT destination, status, coalesce(reason, '') AS reason, count(*) AS count, min(settledAt) AS first, max(settledAt) AS last,
            max(printf('%016d', settledAt) || id) AS latest
          FROM (SELECT * FROM scanned LIMIT ${GIVEN_UP.rows}) ${where(equal({ destination }))} GROUP BY destination, status, coalesce(reason, ''))
      SELECT (SELECT count(*) FROM scanned) AS scanned, (SELECT coalesce(sum(count), 0) FROM grouped) AS total,
        (SELECT count(*) FROM grouped) AS "distinct",
        (SELECT json_group_array(json_object('destination', destination, 'status', status, 'reason', reason, 'count', count,
            'first', first, 'last', last, 'latest', substr(latest, 17)))
          FROM (SELECT * FROM grouped ORDER BY count DESC, latest DESC LIMIT ${GIVEN_UP.groups})) AS groups`,
  );
  const { scanned, total, distinct, groups } = row ?? { scanned: 0, total: 0, distinct: 0, groups: "[]" };
  return { total, distinct, truncated: scanned > GIVEN_UP.rows, groups: JSON.parse(groups) as BadGroup[] };
}
