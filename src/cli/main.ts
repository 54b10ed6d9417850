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
import { connectionOptions, envFileOption, exportOptions, inputOptions, verifyOptions } from "./options.ts";
import type { SimulateFlags } from "./simulate-command.ts";

/** Runs the program and returns its exit code. Prints every error before it returns. */
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

/** Prints an unexpected error. Only here users see a stack trace. */
function reportCrash(host: Host, error: unknown): ExitCode {
  host.restoreTerminal();
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = plainLines(host.redactor.redact(trace));
  host.stderr.write(`mimecast-bulk: internal error; please report it.\n${lines}\n`);
  return EXIT.fault;
}

async function run(host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT.usage;
  const command = new Command("mimecast-bulk")
    .description("Run bulk jobs against the Mimecast API, and record the outcome of every row.")
    .version(toolVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // Commander quotes the command line, which may contain secrets and control characters.
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

  connectionOptions(command.command("groups"))
    .description("List the groups of the account: a table on a terminal, CSV elsewhere.")
    .argument("[query]", "a part of the name")
    .option("--json", "print JSON")
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
    .description("Check the settings and try them on Mimecast, without changing anything.")
    .option("--timeout <seconds>", "timeout of one call, in seconds (default: 30)")
    .option("--json", "print the result as JSON")
    .option("--simulate", "check the embedded simulator")
    .addOption(envFileOption())
    .action(async (flags: CheckFlags) => {
      const { checkCommand } = await import("./check-command.ts");
      code = await checkCommand(flags, host);
    });

  command
    .command("simulate")
    .description("Serve a simulated Mimecast on this machine, to rehearse with your own file.")
    .option("--port <number>", "port on 127.0.0.1; 0 takes any free one", "8787")
    .option("--quota <calls/time>", "quota: calls per window, such as 800/5s")
    .option("--background-calls <calls/time>", "calls of other integrations, such as 300/5s")
    .option("--skew <time>", "offset added to the reported quota reset, such as 40ms or -40ms")
    .option("--latency <time>", "delay of each response, such as 200ms or 150ms-250ms")
    .option("--groups <file>", "groups and internal users to serve: see docs/simulator.md")
    .option("--faults <file>", "faults by address, rate or time: see docs/simulator.md")
    .option("--seed <number>", "seed of everything random (default: 1)")
    .action(async (flags: SimulateFlags) => {
      const { simulateCommand } = await import("./simulate-command.ts");
      code = await simulateCommand(flags, host);
    });

  await command.parseAsync([...host.argv], { from: "user" });
  return code;
}

/** Masks the value given to an unknown option: it may be a secret, because no option takes one. */
function withoutValue(text: string): string {
  return text.replace(/(unknown option '[^'=]*=).*'/s, `$1${REDACTED}'`);
}

function importOptions(command: Command): Command {
  command
    .description("Set secondary addresses from CSV files with the columns aliasFor and alias.")
    .argument("<file...>", "CSV files; - is standard input")
    .option("--dry-run", "read, check and plan only; write the plan")
    .option("--limit <n>", "send at most N rows, then stop");
  return inputOptions(command)
    .option("--concurrency <n>", "maximum number of calls in flight, 1 to 256 (default: 64)")
    .option("--max-rate <n>", "maximum calls per second (default: none)")
    .option("--quota-reserve <percent>", "percent of the API quota left for other integrations (default: 10)")
    .option("--rows-per-request <n>", "rows in one call, 1 to 100 (default: 1)")
    .option("--max-attempts <n>", "attempts per row before it fails (default: 6)")
    .option("--timeout <seconds>", "timeout of one call, in seconds (default: 30)")
    .option("--max-failures <n>", "stop once N sent rows have failed; a number, or a percentage such as 5%")
    .option("--deadline <when>", "stop sending at this time: 06:00, 2h30m, 90s or an ISO time")
    .option("--allow <kind...>", "send rows that are conflicts otherwise: move, chain")
    .option(
      "--in-place-code <code...>",
      'API error codes that mean "already set" (the row counts as applied)',
    )
    .option(
      "--resend-before <when>",
      "send rows again that were applied before this time: 30d, an ISO time or now",
    )
    .option("--out <dir>", "folder of the runs and the ledger; one folder per account (default: runs)")
    .option("--json", "print the summary as JSON on standard output")
    .option("--quiet", "print nothing unless the run fails as a whole")
    .option("--verbose", "print what happens to each row")
    .option(
      "--metrics-file <file.prom>",
      "write the run's metrics for the node exporter's textfile collector",
    )
    .option("--simulate", "run against the embedded simulator; all files go to DIR/simulated")
    .addOption(envFileOption());
}
