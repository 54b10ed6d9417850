import type { Database } from "./database.ts";

/**
 * Brings a run's outcomes into the ledger, sorted by alias so that each page is touched once. Within a run an
 * alias is sent for one primary only, so each alias has one line here.
 *
 * - applied: in place; whatever was unanswered before is settled
 * - unknown, or claimed without an outcome: unanswered, and what was in place before stays on record
 * - failed: what was in place before stays; what was unanswered for the same primary is settled
 */
export function mergeRun(database: Database, endedAtEpochMs: number): void {
  database.transaction(() => database.run(MERGE, [endedAtEpochMs]));
}

const MERGE = `
  INSERT INTO ledger.alias (alias, in_place, in_place_at, unanswered, tried, ended, ended_at)
  SELECT row.alias_key,
    CASE WHEN outcome.ended = 'applied' THEN row.primary_key END,
    CASE WHEN outcome.ended = 'applied' THEN outcome.at END,
    CASE WHEN coalesce(outcome.ended, 'unknown') = 'unknown' THEN row.primary_key END,
    row.primary_key, coalesce(outcome.ended, 'unknown'), coalesce(outcome.at, ?1)
  FROM run.claim
  JOIN run.row ON row.seq = claim.seq
  LEFT JOIN run.outcome ON outcome.seq = claim.seq
  WHERE true
  ORDER BY row.alias_key
  ON CONFLICT (alias) DO UPDATE SET
    in_place = coalesce(excluded.in_place, in_place),
    in_place_at = coalesce(excluded.in_place_at, in_place_at),
    unanswered = CASE excluded.ended
      WHEN 'applied' THEN NULL
      WHEN 'unknown' THEN excluded.unanswered
      ELSE nullif(unanswered, excluded.tried)
    END,
    tried = excluded.tried, ended = excluded.ended, ended_at = excluded.ended_at;
`;
