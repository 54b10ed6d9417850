import type { Database } from "./database.ts";
import { LEDGER_INDEXES } from "./schema.ts";

/** If a run is larger than this fraction of the ledger, it is faster to rebuild the indexes than to update them. */
const LARGE_RUN_SHARE = 0.2;

/**
 * Merges a run's outcomes into the ledger, sorted by alias so that each page is written once. A run sends an alias for
 * one primary only, so each alias has one row here.
 *
 * - applied: sets `in_place` and clears `unanswered`
 * - unknown, or claimed without an outcome: sets `unanswered` and keeps `in_place`
 * - failed: keeps `in_place`, and clears `unanswered` if it is the same primary
 *
 * `run` is the run's name, which later plans show in their messages.
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
  const limit = Math.ceil(claims / LARGE_RUN_SHARE);
  // Stops counting at the limit: a ledger can hold millions of aliases.
  const known = database.number(`SELECT count(*) FROM (SELECT 1 FROM ledger.alias LIMIT ${limit})`);
  return claims > 0 && known < limit;
}

const DROP_INDEXES = `
  DROP INDEX ledger.alias_in_place;
  DROP INDEX ledger.alias_unanswered;
`;

/** Stores the run's name, unless the run sent nothing. */
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
