import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { LeftFolder } from "../left-folder.ts";
import { hasDied, type RunSeen } from "../run-seen.ts";

const PRIVATE = process.platform !== "win32";

/** What must hold for all that the runs so far have left. */
export function folderFaults(run: RunSeen, runs: string, folders: readonly LeftFolder[]): string[] {
  const mayBeUnfinished = hasDied(run) || run.end.code === 73;
  const wasUnfinished = [...run.before.unfinished.keys()];
  return [
    ...run.after.damage,
    ...folders.flatMap(({ name, torn }) => torn.map((what) => `${name}/${what}`)),
    ...folders
      .filter(({ name, names }) => isBegun(names) && !mayBeUnfinished && !wasUnfinished.includes(name))
      .map(({ name, names }) => `${name} is unfinished: ${names.join(", ")}`),
    ...(PRIVATE ? openToOthers(runs) : []),
  ];
}

/** What must hold once a run has ended that nothing disturbed. */
export function lastFolderFaults(runs: string, folders: readonly LeftFolder[]): string[] {
  return [
    ...folders
      // A process that is killed as it makes or clears a run's folder can leave it empty.
      .filter(
        ({ names }) => names.length > 0 && !names.includes("plan.csv") && !names.includes("summary.json"),
      )
      .map(({ name, names }) => `${name} has no summary: ${names.join(", ")}`),
    ...everythingBelow(runs)
      .filter((path) => /\.part$|(run|dry-run.*)\.db|-wal$|-journal$|-shm$/.test(path))
      .map((path) => `${relative(runs, path)} was left behind`),
  ];
}

function isBegun(names: readonly string[]): boolean {
  return names.some((name) => name === "run.db" || (name.endsWith(".part") && !name.startsWith("plan")));
}

function openToOthers(runs: string): string[] {
  return [runs, ...everythingBelow(runs)].flatMap((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    const mode = (stats.mode & 0o777).toString(8);
    return mode === (stats.isDirectory() ? "700" : "600")
      ? []
      : [`${relative(runs, path)} has the mode ${mode}`];
  });
}

function everythingBelow(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
}
