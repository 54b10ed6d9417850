#!/usr/bin/env node

// A timer that gets lost lets Node end by itself, with the code of success, unless this is said first.
process.exitCode = 70;

// Loaded step by step, and caught: a process with too few file descriptors can't load the program's modules, and Node
// itself would end with 1, which means that some rows are left.
try {
  const { canOpenFiles, RAISE_LIMIT } = await import("./cli/open-files.ts");
  if (!canOpenFiles()) throw new Error(`too few files can be open at once. ${RAISE_LIMIT}`);
  const { main } = await import("./cli/main.ts");
  const { currentHost, endProcess } = await import("./cli/host.ts");
  endProcess(await main(currentHost(process.argv.slice(2))));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `mimecast-bulk: the program can't be loaded: ${why}\nIf this is the limit for open files, raise it: ulimit -n 1024\n`,
  );
  process.exit(70);
}
