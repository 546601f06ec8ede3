import type { History, Violation } from "../history.ts";

/** The hub's own audit finds nothing that it cannot explain, and counts what is there. */
export function auditedViolations({ audit, rows }: History): Violation[] {
  const named = Object.entries(audit.mismatches).flatMap(([name, { count, examples }]) =>
    count === 0 ? [] : [{ name: "audit_unexplained", id: examples[0] ?? "", what: `${name}: ${count}, such as ${examples.slice(0, 3)}` }],
  );
  const counts = (["events", "dispatches", "executions"] as const).filter((table) => audit[table] !== rows[table].length);
  return [
    ...named,
    ...(named.length === 0 && audit.unexplained !== 0
      ? [{ name: "audit_unexplained", id: "", what: `${audit.unexplained} without a name` }]
      : []),
    ...counts.map((table) => ({ name: "audit_miscounts", id: "", what: `${audit[table]} of ${rows[table].length} ${table} were audited` })),
  ];
}
