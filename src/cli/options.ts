import { type Command, Option } from "commander";
import { DEFAULT_MEMBER_COLUMNS, MEMBER_COLUMNS } from "../domain/member-columns.ts";

/** Adds the description and the options of export. */
export function exportOptions(command: Command): Command {
  return connectionOptions(
    command
      .description("Write the members of groups as CSV: complete, or not at all.")
      .addOption(severalTimes("--group <name-or-id>", "a group; may be repeated"))
      .option("--all-groups", "every group of the account")
      .option(
        "--output <file>",
        "output file; - is standard output, written once the export is complete (default: -)",
      )
      .option(
        "--columns <list>",
        `columns, out of ${MEMBER_COLUMNS.join(",")} (default: ${DEFAULT_MEMBER_COLUMNS.join(",")})`,
      )
      .option("--page-size <n>", "members per page, 1 to 500 (default: 500)")
      .option("--concurrency <n>", "number of groups to read in parallel, 1 to 64 (default: 4)")
      .option(
        "--changes <file>",
        "write the members added, removed or changed since the previous --output FILE",
      )
      .option("--bom", "start with a byte order mark, for Excel")
      .option("--no-escape-formulas", "do not escape cells that a spreadsheet would run as formulas"),
  );
}

/** Adds the options of every command that only reads from Mimecast. */
export function connectionOptions(command: Command): Command {
  return command
    .option("--max-rate <n>", "maximum calls per second (default: none)")
    .option("--quota-reserve <percent>", "percent of the API quota left for other integrations (default: 10)")
    .option("--max-attempts <n>", "attempts per page before it fails (default: 6)")
    .option("--timeout <seconds>", "timeout of one call, in seconds (default: 30)")
    .option("--quiet", "print nothing unless the run fails as a whole")
    .option("--verbose", "print more details")
    .option("--simulate", "run against the embedded simulator")
    .addOption(envFileOption());
}

/** Creates `--env-file`. */
export function envFileOption(): Option {
  return severalTimes("--env-file <file>", "file of settings, instead of .env; may be repeated");
}

/** Creates an option that takes one value each time, so that a value may contain commas and spaces. */
function severalTimes(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

/** Adds the options of every command that reads rows of aliases. */
export function inputOptions(command: Command): Command {
  return command
    .option(
      "--columns <aliasFor=NAME,alias=NAME>",
      "columns of the addresses; alias= may be repeated; positions with --no-header",
    )
    .option("--header-line <n>", "line of the header; earlier lines are ignored (default: 1)")
    .option("--no-header", "the file has no header: the first line is a record")
    .option("--delimiter <c>", "cell separator: one character, or tab (default: auto-detected)")
    .option(
      "--encoding <name>",
      "text encoding, such as utf-8, windows-1252 or cp850 (default: auto-detected)",
    )
    .option("--skip-domain <domain...>", "skip aliases in these domains, such as *.onmicrosoft.com");
}

/** Adds the description and the options of verify. */
export function verifyOptions(command: Command): Command {
  command
    .description("Check which aliases of CSV files exist at Mimecast, and write verify.csv.")
    .argument("<file...>", "CSV files, as for import; - is standard input");
  return inputOptions(command)
    .option("--max-rate <n>", "maximum calls per second (default: none)")
    .option("--quota-reserve <percent>", "percent of the API quota left for other integrations (default: 10)")
    .option("--max-attempts <n>", "attempts per page before the run fails (default: 6)")
    .option("--timeout <seconds>", "timeout of one call, in seconds (default: 30)")
    .option("--out <dir>", "parent of the run's folder (default: runs)")
    .option("--json", "print the result as JSON on standard output")
    .option("--quiet", "print nothing unless the run fails as a whole")
    .option("--verbose", "print which calls are retried")
    .option("--simulate", "run against the embedded simulator; all files go to DIR/simulated")
    .addOption(envFileOption());
}
