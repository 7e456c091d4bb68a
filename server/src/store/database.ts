// The little of SQL databases that the store needs. Each statement runs as it
// is on PostgreSQL; parameters are `$1`, `$2`.

export type SqlValue = string | number | boolean | Date | null;
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlQueries {
  query(sql: string, values?: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Several statements, no parameters. */
  run(sql: string): Promise<void>;
}

export interface SqlDatabase extends SqlQueries {
  /** Commits when `work` resolves, rolls back when it rejects, and passes its result or error on. */
  transaction<T>(work: (queries: SqlQueries) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export type TransactionOptions = {
  /** May take minutes, and wait as long for others: it changes the schema. */
  patient?: boolean;
};
