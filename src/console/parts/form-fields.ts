import type { Context } from "hono";

/** Fields that were filled in; one that was left empty is as good as absent. */
export type FormFields<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** Fields in the query of the address. */
export function queryFields<Name extends string>(context: Context, names: readonly Name[]): FormFields<Name> {
  return filled(names, (name) => context.req.query(name));
}

/** Fields of a form that was posted. */
export async function postedFields<Name extends string>(context: Context, names: readonly Name[]): Promise<FormFields<Name>> {
  const form = await context.req.parseBody();
  return filled(names, (name) => form[name]);
}

function filled<Name extends string>(names: readonly Name[], read: (name: Name) => unknown): FormFields<Name> {
  const entries = names.map((name) => [name, read(name)] as const).filter(([, value]) => typeof value === "string" && value !== "");
  return Object.fromEntries(entries) as FormFields<Name>;
}

/** A moment as people type it: `2026-11-21`, `2026-11-21 14:00`; without a zone, UTC. Anything else as it is, for the hub to judge. */
export function utc(text: string | undefined): string | undefined {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?$/.exec(text?.trim() ?? "") ?? [];
  return day === undefined ? text : `${day}T${time ?? "00:00"}${time?.length === 8 ? "" : ":00"}Z`;
}
