import { type Outcome, outcomeOf, type SentOutcome, sentOutcomeOf } from "../domain/outcome.ts";
import { integer, type Row, text } from "./cells.ts";
import type { Database } from "./database.ts";
import { PREVIOUS_OUTCOME } from "./plan-rows.ts";

/** Rows with the same outcome and code that the user may have to look at. */
interface ProblemGroup {
  readonly outcome: Outcome;
  readonly code: string;
  readonly rows: number;
  /** Number of these rows that failed in an earlier run too. */
  readonly repeated: number;
  /** The first few rows of the input. */
  readonly examples: readonly ProblemExample[];
}

/** One row, each text truncated to {@link MAX_TEXT} characters. */
interface ProblemExample {
  readonly file: number;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  readonly message: string;
}

export interface ProblemGroups {
  /** Most rows first. */
  readonly groups: readonly ProblemGroup[];
  /** Total numbers of groups and rows, shown or not. */
  readonly groupCount: number;
  readonly rowCount: number;
}

/** Rows whose outcome was recorded within one bucket of time. */
export interface BucketRows {
  readonly bucket: number;
  readonly outcome: SentOutcome;
  readonly rows: number;
}

/** Maximum groups, because a report must stay small and readable. */
const MAX_GROUPS = 30;
const EXAMPLES = 5;
/** Maximum characters of a text, because a cell may be as long as the file. */
const MAX_TEXT = 400;

/** Queries for a run's report: sums and examples only, so that memory does not grow with the run. */
export class ReportQueries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Returns the rows that are invalid, in conflict, failed or unknown, by outcome and code. */
  problems(): ProblemGroups {
    this.#database.exec(PROBLEM_ROWS);
    const groups = this.#database.all(GROUPS, [MAX_GROUPS]);
    const examples = this.#database.all(FIRST_ROWS, [EXAMPLES, MAX_GROUPS, MAX_TEXT]);
    this.#database.exec("DROP TABLE temp.problem");
    const [first] = groups;
    return {
      groups: groups.map((row) => ({
        outcome: outcomeOf(text(row, 0)),
        code: text(row, 1),
        rows: integer(row, 2),
        repeated: integer(row, 3),
        examples: examples.filter((it) => it[0] === row[0] && it[1] === row[1]).map(asExample),
      })),
      groupCount: first === undefined ? 0 : integer(first, 4),
      rowCount: first === undefined ? 0 : integer(first, 5),
    };
  }

  /** Returns the times of the first and the last recorded outcome; undefined if there is no outcome. */
  sendingSpan(): { readonly firstEpochMs: number; readonly lastEpochMs: number } | undefined {
    const row = this.#database.first("SELECT min(at), max(at) FROM run.outcome");
    if (row === undefined || row[0] === null) return undefined;
    return { firstEpochMs: integer(row, 0), lastEpochMs: integer(row, 1) };
  }

  /** Returns the number of rows by the time of their outcome, in buckets that start at `startEpochMs`. */
  rowsByBucket(startEpochMs: number, bucketMs: number): BucketRows[] {
    return this.#database.all(ROWS_BY_BUCKET, [startEpochMs, bucketMs]).map((row) => ({
      bucket: integer(row, 0),
      outcome: sentOutcomeOf(text(row, 1)),
      rows: integer(row, 2),
    }));
  }
}

/** Selects the problems in one scan. Later queries read only them, which are few in most runs. */
const PROBLEM_ROWS = `
  CREATE TEMP TABLE problem AS
    SELECT seq, outcome, coalesce(code, '') AS code,
      earlier = ${PREVIOUS_OUTCOME.failed} AND outcome IN ('failed', 'unknown') AS repeated
    FROM run.row_result WHERE outcome IN ('invalid', 'conflict', 'failed', 'unknown');
  CREATE INDEX temp.problem_kind ON problem (outcome, code, seq);
`;

const COUNTED = `
  counted AS (
    SELECT outcome, code, count(*) AS rows, sum(repeated) AS repeated FROM temp.problem GROUP BY outcome, code
  )`;

const GROUPS = `
  WITH ${COUNTED}
  SELECT outcome, code, rows, repeated, count(*) OVER (), sum(rows) OVER ()
  FROM counted ORDER BY rows DESC, outcome, code LIMIT ?
`;

/** Selects the first rows of each shown group by index, so that few rows are read, whatever the number of rows or codes. */
const FIRST_ROWS = `
  WITH ${COUNTED},
  shown AS MATERIALIZED (SELECT outcome, code FROM counted ORDER BY rows DESC, outcome, code LIMIT ?2)
  SELECT result.outcome, coalesce(result.code, ''), result.file, result.line,
    substr(result.alias_for, 1, ?3), substr(result.alias, 1, ?3), substr(coalesce(result.message, ''), 1, ?3)
  FROM shown JOIN run.row_result AS result ON result.seq IN (
    SELECT seq FROM temp.problem
    WHERE problem.outcome = shown.outcome AND problem.code = shown.code ORDER BY seq LIMIT ?1)
  ORDER BY result.seq
`;

const ROWS_BY_BUCKET = `
  SELECT CAST((at - ?1) / ?2 AS INTEGER) AS bucket, ended, count(*) FROM run.outcome GROUP BY bucket, ended ORDER BY bucket
`;

function asExample(row: Row): ProblemExample {
  return {
    file: integer(row, 2),
    line: integer(row, 3),
    aliasFor: text(row, 4),
    alias: text(row, 5),
    message: text(row, 6),
  };
}
