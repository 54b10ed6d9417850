import { join } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { Database } from "./database.ts";
import { clearRunFolder, DRY_RUN, runFoldersWith } from "./run-folder.ts";

/** Removes the files of dry runs that were killed. */
export function clearDeadDryRuns(folder: string): void {
  for (const dryRun of runFoldersWith(DRY_RUN.guard, folder)) {
    let guard: Database;
    try {
      guard = Database.open(join(dryRun, DRY_RUN.guard), "guard");
    } catch (error) {
      // It is alive; or it can't be opened, and then it is in nobody's way.
      if (error instanceof RunError) continue;
      throw error;
    }
    guard.close();
    clearRunFolder(dryRun);
  }
}
