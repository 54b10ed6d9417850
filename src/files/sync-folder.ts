import { closeSync, fsyncSync, openSync } from "node:fs";
import { toOutputError } from "./output-error.ts";

/** The device failed or is full. All other errors mean that this system can't sync a folder. */
const DEVICE_ERRORS = /^(EIO|ENOSPC|EDQUOT)$/;

/**
 * Writes the names in a folder to the disk, so that a file that was made or renamed there survives a power cut.
 * Does nothing where the system can't sync folders, as on Windows. Throws a RunError `output` if the device fails.
 */
export function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (DEVICE_ERRORS.test(code)) throw toOutputError(folder, error);
  }
}
