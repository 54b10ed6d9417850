#!/usr/bin/env node

// If a promise never settles, Node exits by itself: with this code, and not with 0.
process.exitCode = 70;

// Checks the file descriptors before it loads the program. With too few, modules can't be loaded, and Node itself would
// exit with 1, which means that some rows failed.
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
