import type { Command } from "commander";
import { DEFAULT_MEMBER_COLUMNS, MEMBER_COLUMNS } from "../domain/member-columns.ts";
import { envFileOption, severalTimes } from "./env-file-option.ts";

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
