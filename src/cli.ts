#!/usr/bin/env node
import { main } from "./cli/main.ts";
import { currentProgram } from "./cli/program.ts";

// A timer that gets lost lets Node end by itself, with the code of success, unless this is said first.
process.exitCode = 70;

// `| head` closes the pipe early: that ends the output, and is nobody's fault.
process.stdout.on("error", (error) => {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
});

const code = await main(currentProgram(process.argv.slice(2)));
// Not left to Node: standard input may still be open, and would keep it waiting.
process.exit(code);
