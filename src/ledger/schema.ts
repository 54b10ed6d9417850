/** SQLite's application id of the ledger: "MBLD". Ledgers of earlier versions have none. */
export const LEDGER_MARK = 0x4d42_4c44;

/** What the ledger says of itself, its format among it. */
export const LEDGER_FACTS =
  "CREATE TABLE IF NOT EXISTS ledger.fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

/** Find the aliases of a primary. */
export const LEDGER_INDEXES = `
  CREATE INDEX IF NOT EXISTS ledger.alias_in_place ON alias (in_place) WHERE in_place IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger.alias_unanswered ON alias (unanswered) WHERE unanswered IS NOT NULL;
`;

/**
 * The ledger itself: what is known of each alias, over all runs. Addresses are in their compare form.
 *
 * - `in_place`: the primary that Mimecast accepted it for, last; a failed move does not erase it
 * - `indeterminate`: the primary for which a call had no known answer, so that the alias may be there
 * - `in_place_run`, `unanswered_run`: the run that did so; empty where an earlier version of the tool did not note it
 * - `tried`, `ended`: the primary of the last try, and how that ended: applied, failed or unknown
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

/** SQLite's application id of a run's file: "MB", and a number to be raised when the tables change. */
export const RUN_MARK = 0x4d42_0002;

/**
 * One run, in a file of its own beside its result files. The sequence number is the order of the input.
 *
 * - `row.plan` is empty for a row that is to be sent, else the outcome that it has without being sent
 * - `row.raw` is the record's own text, for the files of records to mend or to run again
 * - `row.record` is empty for a row that is a record by itself. Where a record has several rows, which follow one
 *   another, it is the first one's sequence number, and that one has the text
 * - `row.earlier`: see EARLIER in plan-rows.ts
 * - `skipped`: the aliases of rows that the user's options pass over, which "row" has no key for
 * - a `claim` without an `outcome` is a row whose answer never came to be known
 */
export const RUN_SCHEMA = `
  PRAGMA run.application_id = ${RUN_MARK};
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
  CREATE VIEW run.ending AS
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
 * What a verification adds to the rows of a run.
 *
 * - `wanted`: each alias of the input once; `several` says that the input gives it to more than one primary
 * - `domain`: the domains of those; `name` is as Mimecast writes it, empty for one that is not internal
 * - `seen`: what Mimecast lists of what is wanted, in the order in which it came; `found`: the same, sorted
 */
export const VERIFY_SCHEMA = `
  CREATE TABLE run.wanted (alias TEXT PRIMARY KEY, several INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE run.domain (key TEXT PRIMARY KEY, aliases INTEGER NOT NULL, name TEXT) WITHOUT ROWID;
  CREATE TABLE run.seen (alias TEXT NOT NULL, mark INTEGER NOT NULL);
  CREATE TABLE run.found (alias TEXT PRIMARY KEY, mark INTEGER NOT NULL) WITHOUT ROWID;
  CREATE VIEW run.verified AS
    SELECT row.seq, row.file, row.line, row.raw, row.alias_for, row.alias,
      CASE
        WHEN domain.name IS NULL THEN 'not-checkable'
        WHEN found.alias IS NULL THEN 'absent'
        WHEN found.mark = 2 THEN 'alias'
        WHEN found.mark = 1 THEN 'primary'
        ELSE 'not-checkable'
      END AS found
    FROM run.row
    LEFT JOIN run.domain ON domain.key = substr(row.alias_key, instr(row.alias_key, '@') + 1)
    LEFT JOIN run.found ON found.alias = row.alias_key
    WHERE row.plan IS NOT 'skipped';
`;
