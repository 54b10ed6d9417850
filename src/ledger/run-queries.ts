import { NO_OUTCOMES, type Outcome, type OutcomeCounts, outcomeOf } from "../domain/outcome.ts";
import { queryBatches } from "./batches.ts";
import { integer, type Row, text } from "./cells.ts";
import type { Database, Statement } from "./database.ts";
import { PREVIOUS_OUTCOME } from "./plan-rows.ts";
import { type UnfinishedRecord, unfinishedRecords } from "./unfinished-records.ts";

/** A row to be sent. */
export interface SendableRow {
  /** Position in the order of sending, from 1. */
  readonly position: number;
  readonly seq: number;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  /** Compare form of `aliasFor`: rows with the same one are never in flight together. */
  readonly primaryKey: string;
}

/** A row with its outcome, or with the outcome that it has if it is not sent. */
export interface ResultRow {
  readonly seq: number;
  readonly file: number;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  readonly outcome: Outcome;
  readonly code: string;
  readonly message: string;
  /** Undefined for rows that were not sent. */
  readonly retryable: boolean | undefined;
  readonly attempts: number;
  readonly requestId: string;
  readonly atEpochMs: number | undefined;
}

export interface PlannedRow {
  readonly seq: number;
  readonly file: number;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  readonly plan: Outcome | "send";
  readonly code: string;
  readonly message: string;
}

/** Numbers of failed rows with one code or in one domain. `repeated` counts those that failed in an earlier run too. */
export interface FailureCount {
  readonly name: string;
  readonly fresh: number;
  readonly repeated: number;
}

export interface SendDomains {
  readonly domains: readonly { readonly domain: string; readonly rows: number }[];
  readonly domainCount: number;
}

/** The rows that a result file contains. */
export type Selection = "all" | "to-fix" | "to-retry";

/** Maximum domains or codes in a list, because longer lists are not readable. */
const MAX_NAMES = 50;

/** Queries of a run, in batches: at most one batch is in memory, however long its records are. */
export class RunQueries {
  readonly #database: Database;
  #sendableBatch: Statement | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Returns the next rows to send. */
  sendable(afterPosition: number, count: number): SendableRow[] {
    this.#sendableBatch ??= this.#database.statement(SENDABLE);
    return this.#sendableBatch.all([afterPosition, count]).map((row) => ({
      position: integer(row, 0),
      seq: integer(row, 1),
      line: integer(row, 2),
      aliasFor: text(row, 3),
      alias: text(row, 4),
      primaryKey: text(row, 5),
    }));
  }

  sendableCount(): number {
    return this.#database.number("SELECT count(*) FROM run.send");
  }

  /** Yields rows with their outcomes, in input order. */
  *results(selection: Selection): Generator<readonly ResultRow[]> {
    const query = { columns: RESULT, from: "run.row_result", filter: SELECTIONS[selection] };
    yield* queryBatches(this.#database, query, asResultRow);
  }

  /** Yields the records that have rows of the selection, in input order. */
  *records(selection: Selection): Generator<readonly UnfinishedRecord[]> {
    yield* unfinishedRecords(this.#database, SELECTIONS[selection]);
  }

  /** Yields planned rows in input order. `problems` are those that the user must look at. */
  *planned(which: "all" | "problems"): Generator<readonly PlannedRow[]> {
    const filter = which === "problems" ? "AND plan IN ('invalid', 'conflict')" : "";
    yield* queryBatches(this.#database, { columns: PLANNED, from: "run.row", filter }, asPlannedRow);
  }

  outcomeCounts(): OutcomeCounts {
    return counted(this.#database.all("SELECT outcome, count(*) FROM run.row_result GROUP BY outcome"));
  }

  /** Counts rows by their planned outcome, and the rows to be sent. */
  planCounts(): { readonly outcomes: OutcomeCounts; readonly send: number; readonly rows: number } {
    const rows = this.#database.all("SELECT plan, count(*) FROM run.row GROUP BY plan");
    const send = rows.find((row) => row[0] === null);
    return {
      outcomes: counted(rows.filter((row) => row[0] !== null)),
      send: send === undefined ? 0 : integer(send, 1),
      rows: rows.reduce((sum, row) => sum + integer(row, 1), 0),
    };
  }

  /** Returns the rows to be sent by the domain of their alias, at most fifty, largest first, and the number of domains. */
  sendDomains(): SendDomains {
    const rows = this.#database.all(SEND_DOMAINS, [MAX_NAMES]);
    const domains = rows.map((row) => ({ domain: text(row, 0), rows: integer(row, 1) }));
    const [first] = rows;
    return { domains, domainCount: first === undefined ? 0 : integer(first, 2) };
  }

  /** Counts sent rows that were not applied, by code and by the alias's domain, largest first; then "others". */
  failures(): { readonly byCode: FailureCount[]; readonly byDomain: FailureCount[] } {
    return {
      byCode: this.#database.all(failuresBy("code"), [MAX_NAMES]).map(asFailureCount),
      byDomain: this.#database.all(failuresBy(DOMAIN), [MAX_NAMES]).map(asFailureCount),
    };
  }
}

const SENDABLE = `
  SELECT send.position, row.seq, row.line, row.alias_for, row.alias, row.primary_key
  FROM run.send JOIN run.row ON row.seq = send.seq
  WHERE send.position > ? ORDER BY send.position LIMIT ?
`;

const RESULT =
  "seq, file, line, alias_for, alias, outcome, code, message, retryable, attempts, request_id, at";

const PLANNED = "seq, file, line, alias_for, alias, coalesce(plan, 'send'), code, message";

const SELECTIONS: Readonly<Record<Selection, string>> = {
  all: "",
  "to-fix": "AND (outcome IN ('invalid', 'conflict') OR (outcome = 'failed' AND retryable = 0))",
  "to-retry": "AND (outcome IN ('not-sent', 'unknown') OR (outcome = 'failed' AND retryable = 1))",
};

const DOMAIN = "substr(alias_key, instr(alias_key, '@') + 1)";

const SEND_DOMAINS = `
  SELECT ${DOMAIN} AS domain, count(*) AS rows, count(*) OVER () FROM run.row WHERE plan IS NULL
  GROUP BY domain ORDER BY rows DESC, domain LIMIT ?
`;

/** Returns the SQL that counts failures. There may be a code or domain per row, so the last line sums up the rest. */
function failuresBy(expression: string): string {
  return `
    WITH counted AS (
      SELECT ${expression} AS name, count(*) AS rows, sum(earlier = ${PREVIOUS_OUTCOME.failed}) AS repeated
      FROM run.row_result WHERE outcome IN ('failed', 'unknown') GROUP BY name
    ), placed AS (
      SELECT *, min(row_number() OVER (ORDER BY rows DESC, name), ?1 + 1) AS place FROM counted
    )
    SELECT CASE WHEN place > ?1 THEN 'others' ELSE name END, sum(rows - repeated), sum(repeated)
    FROM placed GROUP BY place ORDER BY place`;
}

function counted(rows: readonly Row[]): OutcomeCounts {
  const counts: Record<Outcome, number> = { ...NO_OUTCOMES };
  for (const row of rows) counts[outcomeOf(text(row, 0))] = integer(row, 1);
  return counts;
}

function asResultRow(row: Row): ResultRow {
  return {
    seq: integer(row, 0),
    file: integer(row, 1),
    line: integer(row, 2),
    aliasFor: text(row, 3),
    alias: text(row, 4),
    outcome: outcomeOf(text(row, 5)),
    code: text(row, 6),
    message: text(row, 7),
    retryable: row[8] === null ? undefined : integer(row, 8) === 1,
    attempts: integer(row, 9),
    requestId: text(row, 10),
    atEpochMs: row[11] === null ? undefined : integer(row, 11),
  };
}

function asPlannedRow(row: Row): PlannedRow {
  const plan = text(row, 5);
  return {
    seq: integer(row, 0),
    file: integer(row, 1),
    line: integer(row, 2),
    aliasFor: text(row, 3),
    alias: text(row, 4),
    plan: plan === "send" ? "send" : outcomeOf(plan),
    code: text(row, 6),
    message: text(row, 7),
  };
}

function asFailureCount(row: Row): FailureCount {
  return { name: text(row, 0), fresh: integer(row, 1), repeated: integer(row, 2) };
}
