/** SQL expressions for parts of the messages that explain why a row is not sent. */

const INPUT_NAME = "SELECT value FROM run.fact WHERE name = 'input_' || other.file";

/** Returns the SQL for `line N`, with the input's name if `other` is in another input than `row`. */
export function otherLine(): string {
  return `'line ' || other.line || CASE WHEN other.file <> row.file
    THEN ' of ' || coalesce((${INPUT_NAME}), 'input ' || (other.file + 1)) ELSE '' END`;
}

/** Returns the SQL that formats a time in milliseconds as ISO 8601. */
export function instant(column: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%SZ', ${column} / 1000, 'unixepoch')`;
}

/** Returns the SQL for `, run NAME`; empty if an earlier version of the tool did not store the run. */
export function runName(column: string): string {
  return `coalesce(', run ' || (SELECT name FROM ledger.run_name WHERE run_name.id = ${column}), '')`;
}
