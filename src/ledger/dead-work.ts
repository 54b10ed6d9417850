import { join } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { Database } from "./database.ts";
import { clearRunFolder, DRY_RUN, runFoldersWith, VERIFY_FILE } from "./run-folder.ts";

/** Each is locked as long as the process lives that works beside it. */
const GUARDS = [DRY_RUN.guard, VERIFY_FILE] as const;

/** Removes the files of dry runs and verifications that were killed. */
export function clearDeadWork(folder: string): void {
  for (const guard of GUARDS) {
    for (const workFolder of runFoldersWith(guard, folder)) {
      if (isAlive(join(workFolder, guard))) continue;
      clearRunFolder(workFolder);
    }
  }
}

function isAlive(guard: string): boolean {
  try {
    // Under this name and no other: a verification's file has views that refer to it.
    Database.open(guard, "run").close();
    return false;
  } catch (error) {
    // Also one that can't be opened for another reason: it is in nobody's way.
    if (error instanceof RunError) return true;
    throw error;
  }
}
