import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { RunError } from "../domain/run-error.ts";

/** Descriptors for modules, the ledger, results and standard streams. Each call in flight needs one more. */
const OWN_DESCRIPTORS = 96;

/** Advice for messages about file descriptors. */
export const RAISE_LIMIT =
  "Raise the limit for open files: ulimit -n 1024 in a shell, LimitNOFILE=1024 in a systemd unit.";

/**
 * Returns true if this process can open `count` more files. Otherwise modules, connections and results would fail
 * later, each with another error. Opens files to find out, because no system call returns the number.
 */
export function canOpenFiles(count = OWN_DESCRIPTORS): boolean {
  const descriptors: number[] = [];
  try {
    while (descriptors.length < count) descriptors.push(openSync(devNull, "r"));
    return true;
  } catch (error) {
    // Other errors, such as a root folder without devices, are not about the limit.
    return !(error instanceof Error && "code" in error && /^E[MN]FILE$/.test(String(error.code)));
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/**
 * Throws a RunError "output" if a run could run out of file descriptors.
 *
 * @param connections maximum number of open sockets
 */
export function refuseTooFewFiles(connections: number): void {
  const needed = connections + OWN_DESCRIPTORS;
  if (canOpenFiles(needed)) return;
  throw new RunError(
    "output",
    `this process can't have ${needed} more files open at once, which ${connections} connections and the files of a run may need. ${RAISE_LIMIT} Or lower --concurrency.`,
  );
}
