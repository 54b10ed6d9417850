/** SQLite application id of the ledger: "MBLD". Ledgers of earlier versions have none. */
export const LEDGER_APPLICATION_ID = 0x4d42_4c44;

/** The ledger's metadata, such as its format. */
export const LEDGER_METADATA =
  "CREATE TABLE IF NOT EXISTS ledger.fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

/** Indexes to find the aliases of a primary. */
export const LEDGER_INDEXES = `
  CREATE INDEX IF NOT EXISTS ledger.alias_in_place ON alias (in_place) WHERE in_place IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger.alias_unanswered ON alias (unanswered) WHERE unanswered IS NOT NULL;
`;

/**
 * The ledger's tables: the state of each alias, over all runs. Addresses are in their compare form.
 *
 * - `in_place`: the last primary that Mimecast accepted for the alias; a failed move does not clear it
 * - `unanswered`: the primary of an indeterminate call, which the alias may have
 * - `in_place_run`, `unanswered_run`: the run of that call; NULL if an earlier version of the tool did not store it
 * - `tried`, `ended`: the primary of the last attempt, and its outcome: applied, failed or unknown
 */
export const LEDGER_SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger.run_name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS ledger.alias (
    alias TEXT PRIMARY KEY,
    in_place TEXT,
    in_place_at INTEGER,
    unanswered TEXT,
    tried TEXT NOT NULL,
    ended TEXT NOT NULL,
    ended_at INTEGER NOT NULL,
    in_place_run INTEGER,
    unanswered_run INTEGER,
    unanswered_at INTEGER
  ) WITHOUT ROWID;
  ${LEDGER_INDEXES}
`;

/** SQLite application id of a run's file: "MB" and a number. Increase the number when the tables change. */
export const RUN_APPLICATION_ID = 0x4d42_0002;

/**
 * Each row of a run with its outcome. A `claim` without an `outcome` is a row whose result is unknown. Runs of earlier
 * versions have this view under another name, so it is created when a killed run is opened.
 */
export const RESULT_VIEW = `
  CREATE VIEW IF NOT EXISTS run.row_result AS
    SELECT row.seq, row.file, row.line, row.record, row.raw, row.alias_for, row.alias, row.alias_key, row.primary_key,
      row.earlier,
      CASE
        WHEN row.plan IS NOT NULL THEN row.plan
        WHEN outcome.seq IS NOT NULL THEN outcome.ended
        WHEN claim.seq IS NOT NULL THEN 'unknown'
        ELSE 'not-sent'
      END AS outcome,
      CASE
        WHEN row.plan IS NOT NULL THEN row.code
        WHEN outcome.seq IS NOT NULL THEN outcome.code
        WHEN claim.seq IS NOT NULL THEN 'interrupted'
        ELSE 'not_sent'
      END AS code,
      CASE
        WHEN row.plan IS NOT NULL THEN row.message
        WHEN outcome.seq IS NOT NULL THEN outcome.message
        WHEN claim.seq IS NOT NULL THEN 'the run ended before the answer was on record; the alias may be in place'
        ELSE 'the run stopped before this row was sent'
      END AS message,
      CASE
        WHEN row.plan IS NOT NULL THEN NULL
        WHEN outcome.seq IS NOT NULL THEN outcome.retryable
        WHEN claim.seq IS NOT NULL THEN 1
      END AS retryable,
      coalesce(outcome.attempts, claim.attempts, 0) AS attempts,
      outcome.request_id, outcome.at
    FROM run.row
    LEFT JOIN run.outcome ON outcome.seq = row.seq
    LEFT JOIN run.claim ON claim.seq = row.seq;
`;

/**
 * The tables of one run, in a separate file in its folder. The sequence number `seq` is the order of the input.
 *
 * - `row.plan`: NULL for a row to be sent, otherwise its planned outcome
 * - `row.raw`: the record's own text, for the files of records to fix or to retry
 * - `row.record`: NULL for a record with one row. The rows of a larger record are consecutive: `record` is the `seq` of
 *   the first one, which has the text
 * - `row.earlier`: see PREVIOUS_OUTCOME in plan-rows.ts
 * - `skipped`: the aliases of rows that the user's options skip; they have no key in `row`
 */
export const RUN_SCHEMA = `
  PRAGMA run.application_id = ${RUN_APPLICATION_ID};
  CREATE TABLE run.fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE run.row (
    seq INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    record INTEGER,
    raw TEXT NOT NULL,
    alias_for TEXT NOT NULL,
    alias TEXT NOT NULL,
    primary_key TEXT,
    alias_key TEXT,
    plan TEXT,
    code TEXT,
    message TEXT,
    earlier INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE run.skipped (seq INTEGER PRIMARY KEY, alias_key TEXT NOT NULL);
  CREATE TABLE run.send (position INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
  CREATE TABLE run.claim (seq INTEGER PRIMARY KEY, attempts INTEGER NOT NULL);
  CREATE TABLE run.outcome (
    seq INTEGER PRIMARY KEY,
    ended TEXT NOT NULL,
    code TEXT,
    message TEXT,
    retryable INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    request_id TEXT,
    at INTEGER NOT NULL
  );
  ${RESULT_VIEW}
`;

/**
 * The tables that a verification adds to a run.
 *
 * - `expected`: each alias of the input once; `several` is 1 if the input gives it to more than one primary
 * - `domain`: their domains; `name` is Mimecast's spelling, NULL for a domain that is not internal
 * - `listed`: the expected aliases that Mimecast lists, in order of arrival; `found`: the same, sorted
 * - `alias_flag`: 2 if Mimecast marks the address as an alias, 1 if not, 0 if unmarked
 */
export const VERIFY_SCHEMA = `
  CREATE TABLE run.expected (alias TEXT PRIMARY KEY, several INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE run.domain (key TEXT PRIMARY KEY, aliases INTEGER NOT NULL, name TEXT) WITHOUT ROWID;
  CREATE TABLE run.listed (alias TEXT NOT NULL, alias_flag INTEGER NOT NULL);
  CREATE TABLE run.found (alias TEXT PRIMARY KEY, alias_flag INTEGER NOT NULL) WITHOUT ROWID;
  CREATE VIEW run.verified AS
    SELECT row.seq, row.file, row.line, row.raw, row.alias_for, row.alias,
      CASE
        WHEN domain.name IS NULL THEN 'not-checkable'
        WHEN found.alias IS NULL THEN 'absent'
        WHEN found.alias_flag = 2 THEN 'alias'
        WHEN found.alias_flag = 1 THEN 'primary'
        ELSE 'not-checkable'
      END AS found
    FROM run.row
    LEFT JOIN run.domain ON domain.key = substr(row.alias_key, instr(row.alias_key, '@') + 1)
    LEFT JOIN run.found ON found.alias = row.alias_key
    WHERE row.plan IS NOT 'skipped';
`;
