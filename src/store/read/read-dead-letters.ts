import sql from "sql-template-tag";
import { GIVEN_UP } from "../../../schema/limits.ts";
import type { ParsedDeadLetterQuery } from "../../domain/read/dead-letter-query.ts";
import type { BadGroup, BadGroups } from "../../domain/read/dead-letters.ts";
import { readAll, where } from "../d1/page.ts";
import { retriable } from "./read-matching.ts";

/** What was given up and nobody has retried, among the latest `GIVEN_UP.rows` that were given up, in groups: the largest first. */
export async function readDeadLetters(d1: D1Database, query: ParsedDeadLetterQuery): Promise<BadGroups> {
  const { scan, filters } = retriable(query, undefined);
  const [row] = await readAll<{ scanned: number; total: number; distinct: number; groups: string }>(
    d1,
    sql`WITH scanned AS MATERIALIZED (SELECT self, destination, route, status, reason FROM (${scan} LIMIT ${GIVEN_UP.rows + 1})),
        grouped AS MATERIALIZED (
          SELECT destination, status, coalesce(reason, '') AS reason, count(*) AS count, min(self) AS first, max(self) AS latest
          FROM (SELECT * FROM scanned ORDER BY self DESC LIMIT ${GIVEN_UP.rows}) ${where(filters)} GROUP BY destination, status, coalesce(reason, ''))
      SELECT (SELECT count(*) FROM scanned) AS scanned, (SELECT coalesce(sum(count), 0) FROM grouped) AS total,
        (SELECT count(*) FROM grouped) AS "distinct",
        (SELECT json_group_array(json_object(
            'destination', destination, 'status', status, 'reason', reason, 'count', count, 'first', first, 'latest', latest))
          FROM (SELECT * FROM grouped ORDER BY count DESC, latest DESC LIMIT ${GIVEN_UP.groups})) AS groups`,
  );
  const { scanned, total, distinct, groups } = row ?? { scanned: 0, total: 0, distinct: 0, groups: "[]" };
  return { total, distinct, truncated: scanned > GIVEN_UP.rows, groups: JSON.parse(groups) as BadGroup[] };
}
