import { currentHost, endProcess } from "./cli/host.ts";
import { main } from "./cli/main.ts";
import { EXIT } from "./domain/exit-code.ts";

/*
 * `npm start`: the main job on a fixture that holds rows of every ending, then an export of a group, both against the
 * embedded simulator. Everything is sent again each time, so that a second start shows the same as the first.
 */
process.exitCode = EXIT.fault;

const imported = await main(
  currentHost(["import", "fixtures/aliases.csv", "--simulate", "--resend-before", "now"]),
);
if (imported !== EXIT.rowsFailed) endProcess(imported);
process.stdout.write(
  "\nThat is how it should end: the fixture holds rows that can't be sent, and rows that Mimecast refuses.\n" +
    "An import like this one exits with 1. Now the other way, a group's members into a CSV file:\n\n",
);

const members = "runs/simulated/members.csv";
const exported = await main(
  currentHost(["export", "--group", "Sales, Europe", "--simulate", "--output", members]),
);
if (exported === EXIT.ok) {
  process.stdout.write(
    `\nNow look at runs/simulated and ${members}, and try a file of your own:\n` +
      "  node dist/cli.js import YOUR-FILE.csv --simulate\n",
  );
}
endProcess(exported);
