import { DatabaseSync, type SQLInputValue } from "node:sqlite";

/**
 * D1's interface over SQLite in this process: for laws and simulations, which ask it a thousand times a second. It is not D1; what the store
 * does with it is compared with the real one by `conformance.ts`, which runs on both.
 */
export function sqliteD1(database: DatabaseSync = new DatabaseSync(":memory:")): D1Database {
  const inner = new WeakMap<object, Statement>();
  const prepare = (sql: string, values: readonly unknown[] = []): D1PreparedStatement => {
    const all = async () => inD1sWords(() => answerOf(database, { sql, values }));
    const statement = {
      bind: (...bound: unknown[]) => prepare(sql, bound),
      all,
      run: all,
      first: async (column?: string) => {
        const row = (await all()).results[0] ?? null;
        return column === undefined || row === null ? row : (row[column] ?? null);
      },
      raw: async () => (await all()).results.map((row) => Object.values(row)),
    } as unknown as D1PreparedStatement;
    inner.set(statement, { sql, values });
    return statement;
  };
  const batch = async (statements: readonly D1PreparedStatement[]) =>
    inD1sWords(() => transaction(database, () => statements.map((one) => answerOf(database, requireStatement(inner.get(one))))));
  const d1 = { prepare: (sql: string) => prepare(sql), batch, withSession: () => d1 } as unknown as D1Database;
  return d1;
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

type Answer = D1Result<Record<string, unknown>>;

function answerOf(database: DatabaseSync, { sql, values }: Statement): Answer {
  const before = totalChanges(database);
  const rows = database.prepare(sql).all(...values.map(storable));
  const changes = totalChanges(database) - before;
  return {
    success: true,
    results: rows.map((row) => ({ ...row })),
    meta: { changes, changed_db: changes > 0, duration: 0, last_row_id: 0, rows_read: 0, rows_written: changes, size_after: 0 },
  } as Answer;
}

function totalChanges(database: DatabaseSync): number {
  return Number(database.prepare("SELECT total_changes() AS count").get()?.["count"] ?? 0);
}

/** D1 takes no `undefined`: what binds one there is a mistake here too. */
function storable(value: unknown): SQLInputValue {
  if (value === undefined) throw new Error("D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'");
  return typeof value === "boolean" ? Number(value) : (value as SQLInputValue);
}

function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function inD1sWords<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { message, errcode } = error as { message: string; errcode?: number };
    if (errcode === undefined) throw error;
    throw new Error(`D1_ERROR: ${message}: ${errcode % 256 === CONSTRAINT ? "SQLITE_CONSTRAINT" : "SQLITE_ERROR"}`, { cause: error });
  }
}

/** SQLITE_CONSTRAINT, of which the extended codes say more in their upper bytes (sqlite.org/rescode.html). */
const CONSTRAINT = 19;

function requireStatement(statement: Statement | undefined): Statement {
  if (statement === undefined) throw new Error("a statement of another database");
  return statement;
}
