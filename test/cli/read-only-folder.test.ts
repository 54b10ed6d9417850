import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { manyRows } from "../support/csv-files.ts";
import { runCli } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync("umount", ["-l", folder]);
});

/** A file system of its own in the folder, with what `fill` puts there, then read-only. False if it can't be mounted. */
async function readOnly(folder: string, fill: () => Promise<unknown>): Promise<boolean> {
  mkdirSync(folder);
  if (spawnSync("mount", ["-t", "tmpfs", "tmpfs", folder]).status !== 0) return false;
  mounted.push(folder);
  await fill();
  return spawnSync("mount", ["-o", "remount,ro", folder]).status === 0;
}

const COMMANDS: readonly (readonly [string, readonly string[], string])[] = [
  ["an import in a folder that has a ledger", ["import", "a.csv", "--simulate"], "disk/used"],
  ["an import in a new folder", ["import", "a.csv", "--simulate"], "disk/new/deeper"],
  ["a dry run in a folder that has a ledger", ["import", "a.csv", "--dry-run"], "disk/used"],
  ["a dry run in a new folder", ["import", "a.csv", "--dry-run"], "disk/new"],
  ["a verification in a new folder", ["verify", "a.csv", "--simulate"], "disk/new"],
];

test.for(COMMANDS)(
  "On a read-only file system %s ends with 73 and advice",
  async ([, words, out], { skip }) => {
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(3));
    const isReadOnly = await readOnly(join(cwd, "disk"), () =>
      runCli(["import", "a.csv", "--simulate", "--out", "disk/used"], { cwd }),
    );
    if (!isReadOnly) skip("needs the right to mount a file system");
    const { code, stderr } = await runCli([...words, "--out", out], { cwd });
    expect(code).toBe(73);
    expect(stderr).toContain(join(cwd, out));
    expect(stderr).toMatch(
      /the file system is read-only \(EROFS\); choose a writable folder.*systemd.*Kubernetes/,
    );
    expect(stderr).not.toMatch(/create it|\n {4}at /);
  },
);
