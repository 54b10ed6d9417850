import { z } from "zod";
import { parseJsonFile } from "../json-file.ts";
import { type Fault, faultSchema } from "./fault.ts";

const faultsSchema = z.array(faultSchema, "a list of faults: [ … ]");

/**
 * Reads the text of a faults file. Throws a RunError that names the file and every problem in it with its place,
 * what was found and what was expected.
 */
export function parseFaults(text: string, file: string): Fault[] {
  return parseJsonFile(text, file, faultsSchema, {
    what: "a faults file",
    expected: "a list of faults",
    part: "a fault of this kind",
  });
}
