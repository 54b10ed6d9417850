import type { Database } from "./database.ts";
import { holdChains } from "./plan-chains.ts";
import { instant, otherLine, runName } from "./plan-messages.ts";

/** Conflicts that the user allows, and which applied pairs to resend. */
export interface PlanRules {
  readonly allowMove: boolean;
  readonly allowChain: boolean;
  /** Pairs applied before this instant are sent again. */
  readonly resendBeforeEpochMs?: number | undefined;
}

/** The outcome of a pair in earlier runs. Rows are sent in this order. */
export const PREVIOUS_OUTCOME = { never: 0, unanswered: 1, failed: 2, applied: 3 } as const;

/**
 * Rows of one primary that are sent before other primaries get their turn. A primary's rows are sent one after the
 * other, so thousands of consecutive rows would leave all lanes but one idle.
 */
const ROWS_PER_TURN = 16;

/**
 * Plans every staged row that has no outcome yet. The rules in order of precedence: ambiguous primary, duplicate pair,
 * already in place, chain, move. Queues the remaining rows in the order of sending. All queries use indexes, so memory
 * does not grow with the input.
 */
export function planRows(database: Database, rules: PlanRules): void {
  database.exec(INDEXES);
  database.exec(REPEATED);
  database.transaction(() => {
    database.exec(AMBIGUOUS_PRIMARY);
    database.exec(DUPLICATE_PAIR);
  });
  database.exec("DROP TABLE temp.repeated");
  database.transaction(() => {
    database.exec(
      "CREATE TEMP TABLE known (seq INTEGER PRIMARY KEY, state TEXT NOT NULL, earlier INTEGER NOT NULL)",
    );
    database.run(KNOWN, [rules.resendBeforeEpochMs ?? null]);
    database.exec(IN_PLACE);
    if (!rules.allowChain) holdChains(database, rules.allowMove);
    if (!rules.allowMove) database.exec(MOVE);
    database.exec(PREVIOUS_OUTCOMES);
    database.exec("DROP TABLE temp.known");
    database.exec(ORDER);
  });
}

const INDEXES = `
  CREATE INDEX run.row_alias ON row (alias_key, primary_key) WHERE alias_key IS NOT NULL;
  CREATE INDEX run.row_primary ON row (primary_key) WHERE primary_key IS NOT NULL;
  CREATE INDEX run.skipped_alias ON skipped (alias_key);
`;

/** Aliases that occur more than once, with their first row and their lowest and highest primary. */
const REPEATED = `
  CREATE TEMP TABLE repeated AS
    SELECT alias_key, min(seq) AS first_seq, min(primary_key) AS low, max(primary_key) AS high
    FROM run.row WHERE alias_key IS NOT NULL
    GROUP BY alias_key HAVING count(*) > 1;
`;

const AMBIGUOUS_PRIMARY = `
  UPDATE run.row SET plan = 'conflict', code = 'ambiguous_primary', message = (
    SELECT ${otherLine()} || ' gives this alias to ' || other.alias_for
    FROM run.row AS other
    WHERE other.alias_key = row.alias_key
      AND other.primary_key = CASE WHEN row.primary_key = repeated.low THEN repeated.high ELSE repeated.low END
    ORDER BY other.seq LIMIT 1)
  FROM temp.repeated
  WHERE row.alias_key = repeated.alias_key AND repeated.low <> repeated.high;
`;

const DUPLICATE_PAIR = `
  UPDATE run.row SET plan = 'duplicate', code = 'duplicate_pair', message =
    (SELECT 'the same pair as ' || ${otherLine()} FROM run.row AS other WHERE other.seq = repeated.first_seq)
  FROM temp.repeated
  WHERE row.alias_key = repeated.alias_key AND repeated.low = repeated.high AND row.seq <> repeated.first_seq;
`;

/**
 * The state of the rows in the ledger, by one scan of both indexes. A pair is in place if it was applied, no call
 * without an answer may have moved it since, and its own last attempt did not fail.
 */
const KNOWN = `
  INSERT INTO temp.known
  SELECT row.seq,
    CASE
      WHEN alias.in_place = row.primary_key AND alias.unanswered IS NULL
        AND (alias.tried <> row.primary_key OR alias.ended = 'applied')
        THEN CASE WHEN alias.in_place_at < ?1 THEN 'resend' ELSE 'in-place' END
      WHEN alias.in_place <> row.primary_key OR alias.unanswered <> row.primary_key THEN 'moved'
      ELSE 'open'
    END,
    CASE
      WHEN alias.unanswered = row.primary_key THEN ${PREVIOUS_OUTCOME.unanswered}
      WHEN alias.tried = row.primary_key AND alias.ended = 'failed' THEN ${PREVIOUS_OUTCOME.failed}
      WHEN alias.in_place = row.primary_key THEN ${PREVIOUS_OUTCOME.applied}
      ELSE ${PREVIOUS_OUTCOME.never}
    END
  FROM run.row INDEXED BY row_alias CROSS JOIN ledger.alias ON alias.alias = row.alias_key
  WHERE row.alias_key IS NOT NULL;
`;

const IN_PLACE = `
  UPDATE run.row SET plan = 'unchanged', code = 'in_place', message =
    (SELECT 'in place since ' || ${instant("in_place_at")} || ${runName("alias.in_place_run")} FROM ledger.alias WHERE alias.alias = row.alias_key)
  FROM temp.known WHERE known.seq = row.seq AND row.plan IS NULL AND known.state = 'in-place';
`;

const MOVE = `
  UPDATE run.row SET plan = 'conflict', code = 'move', message =
    (SELECT CASE
       WHEN alias.unanswered <> row.primary_key
         THEN 'may be in place for ' || alias.unanswered || ' (a call without an answer '
           || ${instant("coalesce(alias.unanswered_at, alias.ended_at)")} || ${runName("alias.unanswered_run")}
       ELSE 'is in place for ' || alias.in_place || ' (since ' || ${instant("in_place_at")} || ${runName("alias.in_place_run")}
     END || '); release with --allow move'
     FROM ledger.alias WHERE alias.alias = row.alias_key)
  FROM temp.known WHERE known.seq = row.seq AND row.plan IS NULL AND known.state = 'moved';
`;

const PREVIOUS_OUTCOMES = `
  UPDATE run.row SET earlier = (SELECT known.earlier FROM temp.known WHERE known.seq = row.seq)
  WHERE seq IN (SELECT seq FROM temp.known WHERE earlier > 0) AND plan IS NULL;
`;

const ORDER = `
  INSERT INTO run.send (seq)
  SELECT seq FROM (
    SELECT seq, earlier, (row_number() OVER (PARTITION BY primary_key ORDER BY seq) - 1) / ${ROWS_PER_TURN} AS turn
    FROM run.row INDEXED BY row_primary WHERE plan IS NULL AND primary_key IS NOT NULL)
  ORDER BY earlier, turn, seq;
`;
