import type { Option } from "commander";
import { severalTimes } from "./several-times.ts";

/** `--env-file FILE`, as every command has it that reaches Mimecast. */
export function envFileOption(): Option {
  return severalTimes("--env-file <file>", "settings, instead of .env; can be given several times");
}
