#!/usr/bin/env node
import { main } from "./cli/main.ts";
import { currentProgram } from "./cli/program.ts";

// A timer that gets lost lets Node end by itself, with the code of success, unless this is said first.
process.exitCode = 70;

const code = await main(currentProgram(process.argv.slice(2)));
// Not left to Node: standard input may still be open, and would keep it waiting.
process.exit(code);
