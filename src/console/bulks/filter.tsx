import type { BulkFilter } from "../../../schema/contract/bulks.ts";
import { counted } from "../parts/when.tsx";

/** Which dispatches are meant, in words. */
export function Filter({ filter: { ids, ...rest } }: { filter: BulkFilter }) {
  const said = Object.entries(rest).filter(([, value]) => value !== undefined);
  return (
    <p class="tags">
      {said.map(([name, value]) => (
        <span class="tag">
          {name} <bdi>{value instanceof Date ? value.toISOString() : value}</bdi>
        </span>
      ))}
      {ids !== undefined && <span class="tag">{counted(ids.length, "dispatch", "dispatches")} by id</span>}
    </p>
  );
}
