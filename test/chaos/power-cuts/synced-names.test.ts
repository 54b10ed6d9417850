import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { manyRows } from "../../support/csv-files.ts";
import { CLI, cliEnv } from "../../support/run-cli.ts";
import { put, temporaryFolder } from "../../support/temporary-folder.ts";

const HAS_STRACE = spawnSync("strace", ["-V"]).status === 0;

/** The calls of an import that make, rename, delete and sync files, in their order: `mkdir /x`, `sync /x`. */
function tracedImport(folder: string): string[] {
  put(folder, "a.csv", manyRows(3));
  const trace = join(folder, "trace");
  const calls = "trace=mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync";
  const words = [
    process.execPath,
    CLI,
    "import",
    "a.csv",
    "--simulate",
    "--out",
    join(folder, "new", "runs"),
  ];
  const { status } = spawnSync("strace", ["-f", "-y", "-e", calls, "-o", trace, "--", ...words], {
    cwd: folder,
    env: cliEnv(),
  });
  expect(status).toBe(0);
  return readFileSync(trace, "utf8")
    .split("\n")
    .filter((line) => line.endsWith("= 0"))
    .map((line) => {
      const [, name = ""] = /^\d+ +(\w+?)(?:at2?)?\(/.exec(line) ?? [];
      const paths = [...line.matchAll(/"([^"]+)"/g)].map(([, path = ""]) => path);
      const [, synced = ""] = /\(\d+<(.+)>\)/.exec(line) ?? [];
      return /sync/.test(name) ? `sync ${synced}` : `${name} ${paths.at(-1)}`;
    })
    .filter((call) => call.includes(folder));
}

test.skipIf(!HAS_STRACE)(
  "The names of new folders and of result files are on the disk before a run's record is deleted (needs strace)",
  () => {
    const folder = temporaryFolder();
    const calls = tracedImport(folder);
    const deletion = calls.findIndex((call) => /^unlink .*\/run\.db$/.test(call));
    expect(deletion).toBeGreaterThan(0);
    const named = [...calls.slice(0, deletion).entries()].filter(([, call]) => /^(mkdir|rename) /.test(call));
    expect(named.length).toBeGreaterThanOrEqual(6);
    const unsynced = named.filter(([index, call]) => {
      const above = dirname(call.replace(/^\w+ /, ""));
      return !calls.slice(index, deletion).includes(`sync ${above}`);
    });
    expect(unsynced).toEqual([]);
  },
);
