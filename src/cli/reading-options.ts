import type { Command } from "commander";

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
