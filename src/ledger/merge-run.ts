import type { Database } from "./database.ts";
import { LEDGER_INDEXES } from "./schema.ts";

/** Above this share of the ledger, sorting an index anew is quicker than inserting entries one by one. */
const LARGE_RUN_SHARE = 0.2;

/**
 * Brings a run's outcomes into the ledger, sorted by alias so that each page is touched once. Within a run an
 * alias is sent for one primary only, so each alias has one line here.
 *
 * - applied: in place; whatever was unanswered before is settled
 * - unknown, or claimed without an outcome: unanswered, and what was in place before stays on record
 * - failed: what was in place before stays; what was unanswered for the same primary is settled
 *
 * `run` is the run's name, by which later plans tell what they hold against a row.
 */
export function mergeRun(database: Database, run: string, endedAtEpochMs: number): void {
  database.transaction(() => {
    database.run(NAME, [run]);
    const [id = null] = database.first("SELECT id FROM ledger.run_name WHERE name = ?", [run]) ?? [];
    const isLarge = isLargeRun(database);
    if (isLarge) database.exec(DROP_INDEXES);
    database.run(MERGE, [endedAtEpochMs, id]);
    if (isLarge) database.exec(LEDGER_INDEXES);
  });
}

function isLargeRun(database: Database): boolean {
  const claims = database.number("SELECT count(*) FROM run.claim");
  const most = Math.ceil(claims / LARGE_RUN_SHARE);
  // Counts no further: a ledger can hold millions.
  const known = database.number(`SELECT count(*) FROM (SELECT 1 FROM ledger.alias LIMIT ${most})`);
  return claims > 0 && known < most;
}

const DROP_INDEXES = `
  DROP INDEX ledger.alias_in_place;
  DROP INDEX ledger.alias_unanswered;
`;

/** A run that sent nothing is nowhere referred to. */
const NAME = `
  INSERT INTO ledger.run_name (name) SELECT ? WHERE EXISTS (SELECT 1 FROM run.claim)
  ON CONFLICT (name) DO NOTHING
`;

const MERGE = `
  INSERT INTO ledger.alias (
    alias, in_place, in_place_at, in_place_run, unanswered, unanswered_at, unanswered_run, tried, ended, ended_at)
  SELECT row.alias_key,
    CASE WHEN outcome.ended = 'applied' THEN row.primary_key END,
    CASE WHEN outcome.ended = 'applied' THEN outcome.at END,
    CASE WHEN outcome.ended = 'applied' THEN ?2 END,
    CASE WHEN coalesce(outcome.ended, 'unknown') = 'unknown' THEN row.primary_key END,
    CASE WHEN coalesce(outcome.ended, 'unknown') = 'unknown' THEN coalesce(outcome.at, ?1) END,
    CASE WHEN coalesce(outcome.ended, 'unknown') = 'unknown' THEN ?2 END,
    row.primary_key, coalesce(outcome.ended, 'unknown'), coalesce(outcome.at, ?1)
  FROM run.claim
  JOIN run.row ON row.seq = claim.seq
  LEFT JOIN run.outcome ON outcome.seq = claim.seq
  WHERE true
  ORDER BY row.alias_key
  ON CONFLICT (alias) DO UPDATE SET
    in_place = coalesce(excluded.in_place, in_place),
    in_place_at = coalesce(excluded.in_place_at, in_place_at),
    in_place_run = CASE WHEN excluded.ended = 'applied' THEN excluded.in_place_run ELSE in_place_run END,
    unanswered = CASE excluded.ended
      WHEN 'applied' THEN NULL
      WHEN 'unknown' THEN excluded.unanswered
      ELSE nullif(unanswered, excluded.tried)
    END,
    unanswered_at = CASE WHEN excluded.ended = 'failed' THEN unanswered_at ELSE excluded.unanswered_at END,
    unanswered_run = CASE WHEN excluded.ended = 'failed' THEN unanswered_run ELSE excluded.unanswered_run END,
    tried = excluded.tried, ended = excluded.ended, ended_at = excluded.ended_at;
`;
