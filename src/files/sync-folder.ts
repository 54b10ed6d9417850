import { closeSync, fsyncSync, openSync } from "node:fs";
import { toOutputError } from "./output-error.ts";

/** Error codes of a device that failed or is full. Any other error means that this system can't sync a folder. */
const DEVICE_ERRORS = /^(EIO|ENOSPC|EDQUOT)$/;

/**
 * Syncs a folder's entries to the disk, so that a created or renamed file survives a power cut. Does nothing where the
 * system can't sync folders, as on Windows. Throws a RunError `output` if the device fails.
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
