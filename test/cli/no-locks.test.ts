import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manyRows } from "../support/csv-files.ts";
import { runCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

const SOURCE = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#define WRAP(name) int name(int fd, int cmd, ...) { \\
  va_list list; va_start(list, cmd); void *arg = va_arg(list, void *); va_end(list); \\
  if (cmd == F_SETLK || cmd == F_SETLKW) { errno = atoi(getenv("REFUSAL")); return -1; } \\
  int (*real)(int, int, ...) = dlsym(RTLD_NEXT, #name); return real(fd, cmd, arg); }
WRAP(fcntl)
WRAP(fcntl64)
`;

/** The C compiler, as make calls it. */
const { CC = "cc" } = process.env;

/** A library that refuses every lock, as a file system without locks does; undefined where it can't be made. */
function refusingLibrary(): string | undefined {
  const folder = temporaryFolder();
  const source = join(folder, "locks.c");
  const library = join(folder, "locks.so");
  writeFileSync(source, SOURCE);
  const { status } = spawnSync(CC, ["-shared", "-fPIC", "-o", library, source, "-ldl"]);
  return process.platform === "linux" && status === 0 ? library : undefined;
}

test.for([
  ["ENOLCK", "37"],
  ["ENOSYS", "38"],
  ["EOPNOTSUPP", "95"],
  ["EPERM", "1"],
])(
  "A file system that fails every lock with %s is reported as one without locks, with 73",
  async ([, refusal = ""], { skip }) => {
    const library = refusingLibrary();
    if (library === undefined) return skip("needs Linux and a C compiler, to play such a file system");
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(3));
    const env = { LD_PRELOAD: library, REFUSAL: refusal };
    for (const command of ["import", "verify"]) {
      const { code, stderr } = await runCli([command, "a.csv", "--simulate"], { cwd, env });
      expect(stderr).toContain(`the file system of ${join(cwd, "runs", "simulated")}`);
      expect(stderr).toContain("does not support locks");
      expect(stderr).not.toContain("in use");
      expect(code).toBe(73);
    }
    expect(filesBelow(cwd).filter((path) => path.includes("probe-"))).toEqual([]);
  },
);
