import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { RunError } from "../domain/run-error.ts";

/** For modules, the ledger, results and standard streams, besides a connection for each call in flight. */
const OWN_DESCRIPTORS = 96;

/** Appended to messages about file descriptors: what to do. */
export const RAISE_LIMIT =
  "Raise the limit for open files: ulimit -n 1024 in a shell, LimitNOFILE=1024 in a systemd unit.";

/**
 * Returns whether this process can still open `count` files. Otherwise modules, connections and results fail at any
 * later moment, each in its own words. It opens them to find out, because no system call tells.
 */
export function canOpenFiles(count = OWN_DESCRIPTORS): boolean {
  const descriptors: number[] = [];
  try {
    while (descriptors.length < count) descriptors.push(openSync(devNull, "r"));
    return true;
  } catch (error) {
    // Anything else says nothing of the limit: a root folder without devices, say.
    return !(error instanceof Error && "code" in error && /^E[MN]FILE$/.test(String(error.code)));
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/**
 * Throws a RunError "output" where a run with so many calls in flight could run out of file descriptors.
 *
 * @param connections how many sockets may be open at once
 */
export function refuseTooFewFiles(connections: number): void {
  const needed = connections + OWN_DESCRIPTORS;
  if (canOpenFiles(needed)) return;
  throw new RunError(
    "output",
    `this process can't have ${needed} more files open at once, which ${connections} connections and the files of a run may need. ${RAISE_LIMIT} Or lower --concurrency.`,
  );
}
