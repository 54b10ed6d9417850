#!/usr/bin/env node
import { main } from "./cli/main.ts";
import { currentProgram, endProcess } from "./cli/program.ts";

// A timer that gets lost lets Node end by itself, with the code of success, unless this is said first.
process.exitCode = 70;

endProcess(await main(currentProgram(process.argv.slice(2))));
