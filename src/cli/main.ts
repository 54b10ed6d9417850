import { Command, CommanderError } from "commander";
import type { CheckFlags } from "../config/check-config.ts";
import type { ExportFlags, GroupsFlags } from "../config/export-config.ts";
import type { ImportFlags } from "../config/import-config.ts";
import type { VerifyFlags } from "../config/verify-config.ts";
import { plainLines } from "../domain/display-text.ts";
import { EXIT, type ExitCode, exitCodeForError } from "../domain/exit-code.ts";
import { REDACTED } from "../domain/redact.ts";
import { RunError } from "../domain/run-error.ts";
import { endProcess, type Host, toolVersion } from "./host.ts";
import { envFileOption, exportOptions, reachOptions, readingOptions, verifyOptions } from "./options.ts";
import type { SimulateFlags } from "./simulate-command.ts";

/** The whole program: words in, exit code out. Whatever goes wrong has been said when it returns. */
export async function main(host: Host): Promise<ExitCode> {
  host.onUncaught((error) => endProcess(reportCrash(host, error)));
  try {
    return await run(host);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof RunError) {
      const lines = plainLines(host.redactor.redact(error.message));
      host.stderr.write(`mimecast-bulk: ${lines}\n`);
      return exitCodeForError(error.kind);
    }
    return reportCrash(host, error);
  }
}

/** The one place where a stack trace is shown. */
function reportCrash(host: Host, error: unknown): ExitCode {
  host.restoreTerminal();
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = plainLines(host.redactor.redact(trace));
  host.stderr.write(`mimecast-bulk: a fault of this program; please report it.\n${lines}\n`);
  return EXIT.fault;
}

async function run(host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT.usage;
  const command = new Command("mimecast-bulk")
    .description("Bulk jobs against the Mimecast API, with every row's outcome on record.")
    .version(toolVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // It quotes the words of the command line.
      writeErr: (text) => host.stderr.write(plainLines(host.redactor.redact(withoutValue(text)))),
    })
    .showHelpAfterError("(--help lists the commands and options)");

  const importing = importOptions(command.command("import"));
  importing.action(async (files: string[], flags: ImportFlags) => {
    const { importCommand } = await import("./import-command.ts");
    code = await importCommand(files, flags, host);
  });

  const exporting = exportOptions(command.command("export"));
  exporting.action(async (flags: ExportFlags) => {
    const { exportCommand } = await import("./export-command.ts");
    code = await exportCommand(flags, host);
  });

  reachOptions(command.command("groups"))
    .description("List the groups of the account: a table on a terminal, CSV elsewhere.")
    .argument("[query]", "a part of the name")
    .option("--json", "as JSON")
    .action(async (query: string | undefined, flags: GroupsFlags) => {
      const { groupsCommand } = await import("./groups-command.ts");
      code = await groupsCommand(query, flags, host);
    });

  const verifying = verifyOptions(command.command("verify"));
  verifying.action(async (files: string[], flags: VerifyFlags) => {
    const { verifyCommand } = await import("./verify-command.ts");
    code = await verifyCommand(files, flags, host);
  });

  command
    .command("check")
    .description("Look at the settings, and ask Mimecast what they are good for, without changing anything.")
    .option("--timeout <seconds>", "for one call (default: 30)")
    .option("--json", "the result as JSON")
    .option("--simulate", "ask the embedded simulator")
    .addOption(envFileOption())
    .action(async (flags: CheckFlags) => {
      const { checkCommand } = await import("./check-command.ts");
      code = await checkCommand(flags, host);
    });

  command
    .command("simulate")
    .description("Serve a simulated Mimecast on this machine, to rehearse with one's own file.")
    .option("--port <number>", "port on 127.0.0.1; 0 takes any free one", "8787")
    .option("--quota <calls/time>", "calls in a window, such as 800/5s")
    .option("--background-calls <calls/time>", "of the quota, used by other integrations, such as 300/5s")
    .option("--skew <time>", "the quota's reset is told so much later than it is, or earlier: 40ms, -40ms")
    .option("--latency <time>", "wait before each answer, such as 200ms or 150ms-250ms")
    .option("--groups <file>", "groups and internal users to serve: see docs/simulator.md")
    .option("--faults <file>", "what goes wrong, by address, by rate or by time: see docs/simulator.md")
    .option("--seed <number>", "other draws of what is left to chance (default: 1)")
    .action(async (flags: SimulateFlags) => {
      const { simulateCommand } = await import("./simulate-command.ts");
      code = await simulateCommand(flags, host);
    });

  await command.parseAsync([...host.argv], { from: "user" });
  return code;
}

/** What somebody has given to an option that does not exist may be a secret: there are options for none. */
function withoutValue(text: string): string {
  return text.replace(/(unknown option '[^'=]*=).*'/s, `$1${REDACTED}'`);
}

function importOptions(command: Command): Command {
  command
    .description("Set secondary addresses from CSV files with the columns aliasFor and alias.")
    .argument("<file...>", "CSV files; - is standard input")
    .option("--dry-run", "read, check and plan only; write the plan")
    .option("--limit <n>", "send at most so many rows, then stop");
  return readingOptions(command)
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
