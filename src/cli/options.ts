import { type Command, Option } from "commander";
import { DEFAULT_MEMBER_COLUMNS, MEMBER_COLUMNS } from "../domain/member-columns.ts";

/** The options of export. */
export function exportOptions(command: Command): Command {
  return reachOptions(
    command
      .description("Write the members of groups as CSV: whole, or not at all.")
      .addOption(severalTimes("--group <name-or-id>", "a group; can be given several times"))
      .option("--all-groups", "every group of the account")
      .option("--output <file>", "- is standard output, begun once the export is complete (default: -)")
      .option(
        "--columns <list>",
        `of ${MEMBER_COLUMNS.join(",")} (default: ${DEFAULT_MEMBER_COLUMNS.join(",")})`,
      )
      .option("--page-size <n>", "members in a page, 1 to 500 (default: 500)")
      .option("--concurrency <n>", "groups read side by side, 1 to 64 (default: 4)")
      .option("--changes <file>", "write who was added, removed or changed since the previous --output FILE")
      .option("--bom", "begin with a byte order mark, for Excel")
      .option("--no-escape-formulas", "write cells as they are that a spreadsheet would run as formulas"),
  );
}

/** The options of every command that only reads. */
export function reachOptions(command: Command): Command {
  return command
    .option("--max-rate <n>", "the most calls a second (default: none)")
    .option("--quota-reserve <percent>", "of the API's quota, left to other integrations (default: 10)")
    .option("--max-attempts <n>", "calls for one page before it fails (default: 6)")
    .option("--timeout <seconds>", "for one call (default: 30)")
    .option("--quiet", "say nothing unless the run fails as a whole")
    .option("--verbose", "say more")
    .option("--simulate", "run against the embedded simulator")
    .addOption(envFileOption());
}

export function envFileOption(): Option {
  return severalTimes("--env-file <file>", "settings, instead of .env; can be given several times");
}

/** An option that takes one value each time, so that a value can hold anything. */
function severalTimes(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

/** The options of every command that reads rows of aliases. */
export function readingOptions(command: Command): Command {
  return command
    .option(
      "--columns <aliasFor=NAME,alias=NAME>",
      "which columns hold the addresses, alias= as often as needed; positions with --no-header",
    )
    .option("--header-line <n>", "the header is in this line; what is before it is ignored (default: 1)")
    .option("--no-header", "the first line is a record like the others")
    .option("--delimiter <c>", "what separates the cells: one character, or tab (default: found out)")
    .option("--encoding <name>", "of the text, such as utf-8, windows-1252 or cp850 (default: found out)")
    .option("--skip-domain <domain...>", "pass over aliases in these domains, such as *.onmicrosoft.com");
}

export function verifyOptions(command: Command): Command {
  command
    .description("Ask Mimecast which of the aliases in CSV files are there; writes verify.csv.")
    .argument("<file...>", "CSV files, as for import; - is standard input");
  return readingOptions(command)
    .option("--max-rate <n>", "the most calls a second (default: none)")
    .option("--quota-reserve <percent>", "of the API's quota, left to other integrations (default: 10)")
    .option("--max-attempts <n>", "calls for one page before the run fails (default: 6)")
    .option("--timeout <seconds>", "for one call (default: 30)")
    .option("--out <dir>", "where the run's folder is made (default: runs)")
    .option("--json", "the result as JSON on standard output")
    .option("--quiet", "say nothing unless the run fails as a whole")
    .option("--verbose", "say which calls are made again")
    .option("--simulate", "ask the embedded simulator; everything is kept in DIR/simulated")
    .addOption(envFileOption());
}
