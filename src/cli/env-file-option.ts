import { Option } from "commander";

export function envFileOption(): Option {
  return severalTimes("--env-file <file>", "settings, instead of .env; can be given several times");
}

/** An option that takes one value each time, so that a value can hold anything. */
export function severalTimes(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}
