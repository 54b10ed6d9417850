import type { Database } from "./database.ts";
import { instant, otherLine, runName } from "./plan-messages.ts";

const RELEASE = "; release with --allow chain";

/**
 * Holds back rows that would make an alias the primary of other aliases, or a primary the alias of another address.
 * Considers the state after this run: the rows of the input, skipped rows included, and all aliases that the ledger has
 * in place or unanswered. Does not change rows that are invalid, duplicates, or held back for another reason.
 *
 * A row that will be sent and moves an alias away from a primary ends that chain. Without `allowMove` no such row is
 * sent. A row that is held back moves nothing, so the last rule is repeated until it holds back no further row.
 *
 * Each rule scans one index and looks up another one in the same order, so its cost does not depend on the size of the
 * ledger.
 */
export function holdChains(database: Database, allowMove: boolean): void {
  database.exec("CREATE TEMP TABLE chained (seq INTEGER PRIMARY KEY)");
  for (const { find, message } of [ALIAS_IS_PRIMARY, PRIMARY_IS_SKIPPED_ALIAS, PRIMARY_IS_KNOWN_ALIAS]) {
    database.exec(`DELETE FROM temp.chained; INSERT INTO temp.chained ${find}`);
    database.exec(`UPDATE run.row SET ${CONFLICT}, message = (${message}) ${OF_CHAINED}`);
  }
  database.exec(`DELETE FROM temp.chained; INSERT INTO temp.chained ${ALIAS_IS_KNOWN_PRIMARY}`);
  const holder = holderOf(allowMove);
  while (database.run(`UPDATE run.row SET ${CONFLICT} ${OF_CHAINED} AND EXISTS (SELECT 1 ${holder})`) > 0);
  // The message names an alias that stays. It is known only after the last row is held back.
  database.exec(`
    UPDATE run.row SET message = (SELECT ${HOLDER_MESSAGE} ${holder} ORDER BY holder.alias LIMIT 1)
    WHERE seq IN temp.chained AND code = 'chain' AND message IS NULL;
    DROP TABLE temp.chained
  `);
}

const CONFLICT = "plan = 'conflict', code = 'chain'";
/** IN, not FROM: with a join, SQLite may scan all rows of the input. */
const OF_CHAINED = "WHERE seq IN temp.chained AND plan IS NULL";

const ALIAS_IS_PRIMARY = {
  find: `
    SELECT seq FROM run.row INDEXED BY row_alias WHERE alias_key IS NOT NULL
      AND EXISTS (SELECT 1 FROM run.row AS other INDEXED BY row_primary WHERE other.primary_key = row.alias_key)`,
  message: `
    SELECT 'the alias is the primary of ' || ${otherLine()} || '${RELEASE}'
    FROM run.row AS other WHERE other.primary_key = row.alias_key ORDER BY other.seq LIMIT 1`,
};

/** Only skipped rows: {@link ALIAS_IS_PRIMARY} holds back a row to be sent, which then creates no alias. */
const PRIMARY_IS_SKIPPED_ALIAS = {
  find: `
    SELECT row.seq FROM (SELECT DISTINCT alias_key FROM run.skipped) AS skipped
    CROSS JOIN run.row INDEXED BY row_primary ON row.primary_key = skipped.alias_key`,
  message: `
    SELECT 'the primary is the alias of ' || ${otherLine()} || ', which is skipped${RELEASE}'
    FROM run.skipped JOIN run.row AS other ON other.seq = skipped.seq
    WHERE skipped.alias_key = row.primary_key ORDER BY other.seq LIMIT 1`,
};

/** Applies even if a row of this input moves that alias, because it stays an alias. */
const PRIMARY_IS_KNOWN_ALIAS = {
  find: `
    SELECT row.seq FROM run.row INDEXED BY row_primary CROSS JOIN ledger.alias ON alias.alias = row.primary_key
    WHERE row.primary_key IS NOT NULL AND coalesce(alias.in_place, alias.unanswered) IS NOT NULL`,
  message: `
    SELECT CASE
      WHEN alias.in_place IS NOT NULL THEN 'the primary is an alias of ' || alias.in_place || ${placed("alias")}
      ELSE 'the primary may be an alias of ' || alias.unanswered || ${unanswered("alias")}
    END || '${RELEASE}'
    FROM ledger.alias WHERE alias.alias = row.primary_key`,
};

const ALIAS_IS_KNOWN_PRIMARY = `
  SELECT seq FROM run.row INDEXED BY row_alias WHERE alias_key IS NOT NULL AND (
    EXISTS (SELECT 1 FROM ledger.alias AS holder INDEXED BY alias_in_place WHERE holder.in_place = row.alias_key)
    OR EXISTS (SELECT 1 FROM ledger.alias AS holder INDEXED BY alias_unanswered WHERE holder.unanswered = row.alias_key))
`;

/** Returns the SQL for aliases that have, or may have, the row's alias as their primary after this run. */
function holderOf(allowMove: boolean): string {
  const moved = `
    AND NOT EXISTS (
      SELECT 1 FROM run.row AS mover INDEXED BY row_alias
      WHERE mover.alias_key = holder.alias AND mover.plan IS NULL AND mover.primary_key <> row.alias_key)`;
  return `
    FROM ledger.alias AS holder WHERE holder.alias IN (
      SELECT alias FROM ledger.alias INDEXED BY alias_in_place WHERE in_place = row.alias_key
      UNION SELECT alias FROM ledger.alias INDEXED BY alias_unanswered WHERE unanswered = row.alias_key)
    ${allowMove ? moved : ""}`;
}

const HOLDER_MESSAGE = `
  CASE
    WHEN holder.in_place = row.alias_key THEN 'the alias is the primary of ' || holder.alias || ${placed("holder")}
    ELSE 'the alias may be the primary of ' || holder.alias || ${unanswered("holder")}
  END || '${RELEASE}'
`;

function placed(table: string): string {
  return `' (since ' || ${instant(`${table}.in_place_at`)} || ${runName(`${table}.in_place_run`)} || ')'`;
}

function unanswered(table: string): string {
  const at = `coalesce(${table}.unanswered_at, ${table}.ended_at)`;
  return `' (a call without an answer ' || ${instant(at)} || ${runName(`${table}.unanswered_run`)} || ')'`;
}
