import { basename, extname, join } from "node:path";
import type { InputSource } from "../csv/input-bytes.ts";

const MAX_NAME_LENGTH = 60;

/**
 * Names the folder of a run, `20261122T214500123Z-aliases`: sorts by time, and is a file name everywhere. Another run
 * may have it already.
 */
export function runFolder(within: string, inputs: readonly InputSource[], startedAtEpochMs: number): string {
  const [source] = inputs;
  const path = source?.kind === "file" ? source.path : "stdin";
  const name = basename(path, extname(path)).replaceAll(/[^\p{L}\p{N}._-]+/gu, "_");
  const more = inputs.length > 1 ? `-and-${inputs.length - 1}-more` : "";
  const stamp = new Date(startedAtEpochMs).toISOString().replaceAll(/[-:.]/g, "");
  return join(within, `${stamp}-${name.slice(0, MAX_NAME_LENGTH)}${more}`);
}
