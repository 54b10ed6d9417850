import type { Command } from "commander";
import { envFileOption } from "./env-file-option.ts";
import { readingOptions } from "./reading-options.ts";

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
