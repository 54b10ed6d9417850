/** Parts of the sentences that say why a row is not sent, as SQL expressions. */

const INPUT_NAME = "SELECT value FROM run.fact WHERE name = 'input_' || other.file";

/** `line N`, and the input's name where `other` is in another input than `row`. */
export function otherLine(): string {
  return `'line ' || other.line || CASE WHEN other.file <> row.file
    THEN ' of ' || coalesce((${INPUT_NAME}), 'input ' || (other.file + 1)) ELSE '' END`;
}

/** A time in milliseconds as people read it. */
export function instant(column: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%SZ', ${column} / 1000, 'unixepoch')`;
}

/** `, run NAME`; nothing where an earlier version of the tool did not note the run. */
export function runName(column: string): string {
  return `coalesce(', run ' || (SELECT name FROM ledger.run_name WHERE run_name.id = ${column}), '')`;
}
