import { currentHost, endProcess } from "./cli/host.ts";
import { main } from "./cli/main.ts";
import { EXIT } from "./domain/exit-code.ts";

/*
 * `npm start`: imports a fixture with rows of every outcome, then exports a group, both against the embedded simulator.
 * Sends everything again each time, so that a second start shows the same as the first.
 */
process.exitCode = EXIT.fault;

const imported = await main(
  currentHost(["import", "fixtures/aliases.csv", "--simulate", "--resend-before", "now"]),
);
if (imported !== EXIT.rowsFailed) endProcess(imported);
process.stdout.write(
  "\nThis is the expected result: the fixture contains rows that can't be sent, and rows that Mimecast rejects.\n" +
    "An import like this one exits with 1. The next command writes a group's members to a CSV file:\n\n",
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
