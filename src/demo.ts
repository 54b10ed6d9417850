import { main } from "./cli/main.ts";
import { currentProgram, endProcess } from "./cli/program.ts";
import { EXIT } from "./domain/exit-code.ts";

/*
 * `npm start`: the main job on a fixture that holds rows of every ending, against the embedded simulator.
 * Everything is sent again each time, so that a second start shows the same as the first.
 */
process.exitCode = EXIT.fault;

const code = await main(
  currentProgram(["import", "fixtures/aliases.csv", "--simulate", "--resend-before", "now"]),
);

if (code === EXIT.someRowsLeft) {
  process.stdout.write(
    "\nThat is how it should end: the fixture holds rows that can't be sent, and rows that Mimecast refuses.\n" +
      "An import like this one exits with 1. Now look at runs/simulated, and try a file of your own:\n" +
      "  node dist/cli.js import YOUR-FILE.csv --simulate\n",
  );
}
endProcess(code === EXIT.someRowsLeft ? EXIT.ok : code);
