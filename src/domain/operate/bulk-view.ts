import type { BulkView } from "../../../schema/contract/bulks.ts";
import type { Json } from "../../../schema/json.ts";
import type { StoredBulk } from "../../../schema/storage/tables.ts";
import { iso } from "../base/iso.ts";

export function bulkView(row: StoredBulk): BulkView {
  const { id, kind, state, filter, by, reason, done, startedAt, endedAt } = row;
  return {
    id,
    kind,
    state,
    filter: JSON.parse(filter) as Json,
    by,
    ...(reason !== null && { reason }),
    done,
    startedAt: iso(startedAt),
    ...(endedAt !== null && { endedAt: iso(endedAt) }),
  };
}
