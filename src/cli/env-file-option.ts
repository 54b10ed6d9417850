import { Option } from "commander";

export function envFileOption(): Option {
  return new Option("--env-file <file>", "settings, instead of .env; can be given several times").argParser(
    (file: string, before: readonly string[] | undefined) => [...(before ?? []), file],
  );
}
