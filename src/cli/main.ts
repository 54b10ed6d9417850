import { Command, CommanderError, Option } from "commander";
import type { ExportFlags } from "../config/export-flags.ts";
import type { GroupsFlags } from "../config/groups-flags.ts";
import type { ImportFlags } from "../config/import-flags.ts";
import { EXIT, type ExitCode, exitOfError } from "../domain/exit-code.ts";
import { DEFAULT_MEMBER_COLUMNS, MEMBER_COLUMNS } from "../domain/member-columns.ts";
import { plainText } from "../domain/plain-text.ts";
import { RunError } from "../domain/run-error.ts";
import { type Program, toolVersion } from "./program.ts";
import type { SimulateFlags } from "./simulate-command.ts";

/** The whole program: words in, exit code out. Whatever goes wrong has been said when it returns. */
export async function main(program: Program): Promise<ExitCode> {
  try {
    return await run(program);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof RunError) {
      const lines = error.message.split("\n").map(plainText).join("\n");
      program.stderr.write(`mimecast-bulk: ${lines}\n`);
      return exitOfError(error.kind);
    }
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    program.stderr.write(`mimecast-bulk: a fault of this program; please report it.\n${trace}\n`);
    return EXIT.fault;
  }
}

async function run(program: Program): Promise<ExitCode> {
  let code: ExitCode = EXIT.usage;
  const command = new Command("mimecast-bulk")
    .description("Bulk jobs against the Mimecast API, with every row's outcome on record.")
    .version(toolVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => program.stdout.write(text),
      writeErr: (text) => program.stderr.write(text),
    })
    .showHelpAfterError("(--help lists the commands and options)");

  const importing = importOptions(command.command("import"));
  importing.action(async (files: string[], flags: ImportFlags) => {
    const { importCommand } = await import("./import-command.ts");
    code = await importCommand(files, flags, program);
  });

  const exporting = exportOptions(command.command("export"));
  exporting.action(async (flags: ExportFlags) => {
    const { exportCommand } = await import("./export-command.ts");
    code = await exportCommand(flags, program);
  });

  reachOptions(command.command("groups"))
    .description("List the groups of the account: a table on a terminal, CSV elsewhere.")
    .argument("[query]", "a part of the name")
    .option("--json", "as JSON")
    .action(async (query: string | undefined, flags: GroupsFlags) => {
      const { groupsCommand } = await import("./groups-command.ts");
      code = await groupsCommand(query, flags, program);
    });

  command
    .command("simulate")
    .description("Serve a simulated Mimecast on this machine, to rehearse with one's own file.")
    .option("--port <number>", "port on 127.0.0.1; 0 takes any free one", "8787")
    .option("--quota <calls/time>", "calls in a window, such as 800/5s")
    .option("--others <calls/time>", "of the quota, used by other integrations, such as 300/5s")
    .option("--skew <time>", "the quota's reset is told so much later than it is, or earlier: 40ms, -40ms")
    .option("--latency <time>", "wait before each answer, such as 200ms or 150ms-250ms")
    .option("--groups <file>", "groups and internal users to serve: see docs/simulator.md")
    .option("--faults <file>", "what goes wrong, by address, by rate or by time: see docs/simulator.md")
    .option("--seed <number>", "other draws of what is left to chance (default: 1)")
    .action(async (flags: SimulateFlags) => {
      const { simulateCommand } = await import("./simulate-command.ts");
      code = await simulateCommand(flags, program);
    });

  await command.parseAsync([...program.words], { from: "user" });
  return code;
}

function importOptions(command: Command): Command {
  return command
    .description("Set secondary addresses from CSV files with the columns aliasFor and alias.")
    .argument("<file...>", "CSV files; - is standard input")
    .option("--dry-run", "read, check and plan only; write the plan")
    .option("--limit <n>", "send at most so many rows, then stop")
    .option(
      "--columns <aliasFor=NAME,alias=NAME>",
      "which columns hold the two addresses; positions with --no-header",
    )
    .option("--no-header", "the first line is a record like the others")
    .option("--delimiter <c>", "what separates the cells: one character, or tab (default: found out)")
    .option("--encoding <name>", "of the text, such as utf-8 or windows-1252 (default: found out)")
    .option("--skip-domain <domain...>", "pass over aliases in these domains, such as *.onmicrosoft.com")
    .option("--concurrency <n>", "the most calls in flight, 1 to 256 (default: 64)")
    .option("--max-rate <n>", "the most calls a second (default: none)")
    .option("--quota-reserve <percent>", "of the API's quota, left to other integrations (default: 10)")
    .option("--rows-per-request <n>", "rows in one call, 1 to 100 (default: 1)")
    .option("--max-attempts <n>", "calls for one row before it fails (default: 6)")
    .option("--timeout <seconds>", "for one call (default: 30)")
    .option(
      "--max-failures <n>",
      "stop once so many sent rows have failed; a number, or a percentage such as 5%",
    )
    .option("--deadline <when>", "send nothing after it: 06:00, 2h30m, 90s or an ISO time")
    .option("--allow <kind...>", "send rows otherwise held back: move, chain")
    .option("--in-place-code <code...>", "API error codes that mean: is already set")
    .option("--resend-before <when>", "send again what was applied before then: 30d, an ISO time or now")
    .option("--out <dir>", "where runs and the ledger are kept; one folder for one account (default: runs)")
    .option("--json", "the summary as JSON on standard output")
    .option("--quiet", "say nothing unless the run fails as a whole")
    .option("--verbose", "say what happens to each row")
    .option(
      "--metrics-file <file.prom>",
      "write the run's metrics for the node exporter's textfile collector",
    )
    .option("--simulate", "run against the embedded simulator; everything is kept in DIR/simulated")
    .addOption(envFileOption());
}

function exportOptions(command: Command): Command {
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
function reachOptions(command: Command): Command {
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

function envFileOption(): Option {
  return severalTimes("--env-file <file>", "settings, instead of .env; can be given several times");
}

function severalTimes(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}
