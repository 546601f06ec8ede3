import type { History, Violation } from "../history.ts";

/** A redrive that was answered is there, of what it was asked for; and none is there that nobody asked for. */
export function redrivenViolations({ redrives, rows }: History): Violation[] {
  const stored = new Map(rows.dispatches.map((row) => [row.id, row]));
  const missing = redrives.filter(({ id, of }) => id !== null && stored.get(id)?.redrive_of !== of);
  const asked = Map.groupBy(redrives, ({ of }) => of);
  const unasked = rows.dispatches.filter((row) => row.redrive_of !== null && !asked.has(row.redrive_of));
  return [
    ...missing.map(({ id, of }) => ({ name: "redrive_missing", id: id ?? "", what: `it was answered as the redrive of ${of}` })),
    ...unasked.map(({ id, redrive_of: of }) => ({ name: "redrive_unasked", id, what: `nobody retried ${of}` })),
  ];
}
