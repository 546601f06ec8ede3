import type { StoredDispatch, StoredEvent } from "../../../schema/storage/tables.ts";

/** SQL expressions by the fields of a row: columns to begin with. */
export type Expressions<Field extends string = string> = Readonly<Record<Field, string>>;

/** Columns of an event by the fields of its row. */
export const EVENT_COLUMNS = {
  id: "id",
  type: "type",
  source: "source",
  subject: "subject",
  time: "time",
  data: "data",
  key: "key",
  correlationId: "correlation_id",
  causationId: "causation_id",
  depth: "depth",
  configVersion: "config_version",
  extensions: "extensions",
} satisfies Expressions<keyof StoredEvent>;

/** Columns of a dispatch by the fields of its row. */
export const DISPATCH_COLUMNS = {
  id: "id",
  eventId: "event_id",
  route: "route",
  destination: "destination",
  policy: "policy",
  status: "status",
  dueAt: "due_at",
  checkAt: "check_at",
  attempts: "attempts",
  recoveries: "recoveries",
  settledAt: "settled_at",
  reason: "reason",
  redriveOf: "redrive_of",
  overdueSince: "overdue_since",
  superseded: "superseded",
} satisfies Expressions<keyof StoredDispatch>;

/** Takes these fields alone. The type of a row with just them is `Pick<Stored…, keyof typeof picked>`. */
export function pick<Field extends string, Picked extends Field>(columns: Expressions<Field>, ...fields: Picked[]): Expressions<Picked> {
  return mapped(fields, (field) => columns[field]);
}

/** Takes all fields but these, so that a column that is added comes along. */
export function omit<Field extends string, Omitted extends Field>(
  columns: Expressions<Field>,
  ...fields: Omitted[]
): Expressions<Exclude<Field, Omitted>> {
  const left = fieldsOf(columns).filter((field): field is Exclude<Field, Omitted> => !(fields as string[]).includes(field));
  return mapped(left, (field) => columns[field]);
}

/** Names columns by the alias of their table: `dispatch.due_at`. */
export function prefixed<Field extends string>(alias: string, columns: Expressions<Field>): Expressions<Field> {
  return mapped(fieldsOf(columns), (field) => `${alias}.${columns[field]}`);
}

/** Reads fields from `value` of `json_each`, whose members have their names; `json`: those kept as JSON text. */
export function members<Field extends string>(columns: Expressions<Field>, ...json: NoInfer<Field>[]): Expressions<Field> {
  return mapped(fieldsOf(columns), (field) => `value ${json.includes(field) ? "->" : "->>"} '${field}'`);
}

/** Writes what follows SELECT: each expression under the name of its field. */
export function selectList(expressions: Expressions): string {
  const named = ([field, sql]: [string, string]) => (sql === field || sql.endsWith(`.${field}`) ? sql : `${sql} AS ${field}`);
  return Object.entries(expressions).map(named).join(", ");
}

/** Writes an INSERT of these values up to the FROM of its SELECT. */
export function insertSelect<Field extends string, Given extends Field>(
  table: string,
  columns: Expressions<Field>,
  values: Expressions<Given>,
): string {
  const fields = fieldsOf(values);
  return `INSERT INTO ${table} (${fields.map((field) => columns[field]).join(", ")})
  SELECT ${fields.map((field) => values[field]).join(", ")}`;
}

function fieldsOf<Field extends string>(columns: Expressions<Field>): Field[] {
  return Object.keys(columns) as Field[];
}

function mapped<Field extends string>(fields: readonly Field[], to: (field: Field) => string): Expressions<Field> {
  return Object.fromEntries(fields.map((field) => [field, to(field)])) as Expressions<Field>;
}
