#!/usr/bin/env node
import { main } from "./cli/main.ts";

// A timer that gets lost lets Node end by itself, with the code of success, unless this is said first.
process.exitCode = 70;

// `| head` closes the pipe early: that ends the output, and is nobody's fault.
process.stdout.on("error", (error) => {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
});

const code = await main({
  words: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal(listener) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => listener(signal));
  },
});
// Not left to Node: standard input may still be open, and would keep it waiting.
process.exit(code);
