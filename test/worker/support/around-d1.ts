/** A round trip to the database: the statements of a batch, or one. */
export interface RoundTrip {
  /** The statements, each with what is bound to it. */
  readonly statements: readonly { readonly sql: string; readonly values: readonly unknown[] }[];
  /** Does it, and returns a result each. */
  readonly go: () => Promise<D1Result<Record<string, unknown>>[]>;
}

type Around = (trip: RoundTrip) => Promise<D1Result<Record<string, unknown>>[]>;

/** A D1 database that passes each round trip through `around`: to count it, to change it, to let it fail. */
export function aroundD1(d1: D1Database, around: Around): D1Database {
  const statements = new WeakMap<object, Statement>();

  const wrap = (statement: Statement): D1PreparedStatement => {
    const { sql, values, prepared } = statement;
    const all = async () => {
      const [result] = await around({ statements: [{ sql, values }], go: async () => [await prepared.all<Record<string, unknown>>()] });
      if (result === undefined) throw new Error("no result");
      return result;
    };
    const wrapped = {
      bind: (...bound: unknown[]) => wrap({ sql, values: bound, prepared: prepared.bind(...bound) }),
      run: all,
      all,
      first: async (column?: string) => {
        const row = (await all()).results[0] ?? null;
        return column === undefined || row === null ? row : (row[column] ?? null);
      },
      raw: async () => (await all()).results.map((row) => Object.values(row)),
    } as unknown as D1PreparedStatement;
    statements.set(wrapped, statement);
    return wrapped;
  };

  const batch = async (wrapped: D1PreparedStatement[]) => {
    const inner = wrapped.map((one) => {
      const statement = statements.get(one);
      if (statement === undefined) throw new Error("a statement of another database");
      return statement;
    });
    return await around({ statements: inner, go: async () => await d1.batch(inner.map(({ prepared }) => prepared)) });
  };

  const withSession = (constraint: D1SessionConstraint) => aroundD1(d1.withSession(constraint) as unknown as D1Database, around);

  return { prepare: (sql: string) => wrap({ sql, values: [], prepared: d1.prepare(sql) }), batch, withSession } as unknown as D1Database;
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly prepared: D1PreparedStatement;
}
