import { describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";
import { withGroups } from "../support/exporting.ts";
import { runCli, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";
import { HAS_TERMINAL, onTerminal } from "../support/terminal.ts";

/** Long enough for the line at the foot to be drawn a few times. */
const SLOW = { latencyMs: 60 };

describe.runIf(HAS_TERMINAL)("on a terminal", () => {
  test("an import shows its progress, and the time left by the quota that limits it", async () => {
    const simulator = await simulatorFor({ quota: { calls: 40, windowMs: 1_000 }, ...SLOW });
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(120));
    const words = ["import", "a.csv", "--concurrency", "8"];
    const { code, text } = await onTerminal(words, { cwd, env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text).toMatch(/\d+ of 120 rows/);
    expect(text).toMatch(/quota \d+ of 40/);
    expect(text).toMatch(/about .* left \(quota\)/);
    expect(text).toContain("120 applied");
    expect(text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(text.lastIndexOf("\u001b[?25l"));
  });

  test("an import limited by latency shows the time left by its recent rate", async () => {
    const simulator = await simulatorFor(SLOW);
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(120));
    const words = ["import", "a.csv", "--concurrency", "4"];
    const { code, text } = await onTerminal(words, { cwd, env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text).toMatch(/about [\d.]+ s left(?! \()/);
  });

  test("an export shows its progress, and none of that is in the file", async () => {
    const simulator = await withGroups(
      [
        { name: "A", members: 3_000 },
        { name: "B", members: 0 },
      ],
      SLOW,
    );
    const words = ["export", "--all-groups", "--output", "m.csv"];
    const { code, text } = await onTerminal(words, { env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text).toMatch(/[\d,]+ members/);
    expect(text).toMatch(/\d of 2 groups/);
    expect(text).toContain("Exported 3,000 members of 2 groups");
  });

  test("a verification shows its progress", async () => {
    const domains = [{ domain: "company.example", users: 2_000, aliases: 1 }];
    const simulator = await simulatorFor({ ...SLOW, directory: { domains } });
    const cwd = temporaryFolder();
    put(cwd, "a.csv", csvOf([["ann@company.example", "alias1@company.example"]]));
    const { code, text } = await onTerminal(["verify", "a.csv"], { cwd, env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text).toMatch(/\d of 1 alias seen/);
    expect(text).toMatch(/[\d,]+ addresses read/);
  });

  test("groups are printed as a table without control characters", async () => {
    const long = `long-${"x".repeat(60)}`;
    const simulator = await withGroups([
      { name: "Sales\u001b[31m", id: long, members: 1_234 },
      { name: "Staff", id: "s-2", members: 0, source: "ldap" },
    ]);
    const { code, text } = await onTerminal(["groups", "--quiet"], { env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text.trimEnd().split("\n")).toEqual([
      "members  source  id                name",
      "  1,234  cloud   long-xxxxxxxxxx…  Sales [31m",
      "      0  ldap    s-2               Staff",
    ]);
  });

  const ORDERS = "\u001b]0;owned\u0007\u009b31m\u202e";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there.
  const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

  test("members are printed without control characters", async () => {
    const members = Array.from({ length: 9_000 }, (_, index) => ({
      emailAddress: `m${index}@x.example`,
      name: `Zoë ${ORDERS}\n${index}`,
    }));
    const simulator = await withGroups([{ name: "Sales", members }]);
    const words = ["export", "--group", "Sales", "--columns", "name,emailAddress", "--quiet"];
    const { code, text } = await onTerminal(words, { env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text).not.toMatch(HARMFUL);
    // No piece of the output breaks a letter in two.
    expect(text.match(/Zoë {2}\]0;owned {2}31m /g)).toHaveLength(9_000);
    expect(text).not.toContain("\ufffd");
    const piped = await runCli(words, { env: simulatorEnv(simulator) });
    expect(piped.stdout).toContain(`Zoë ${ORDERS}\n8999`);
  });

  test("JSON is printed without control characters, and means the same as in a pipe", async () => {
    const simulator = await withGroups([{ name: `Sales${ORDERS}`, members: 1 }]);
    const words = ["groups", "--json", "--quiet"];
    const { text } = await onTerminal(words, { env: simulatorEnv(simulator) });
    expect(text).not.toMatch(HARMFUL);
    expect(JSON.parse(text)).toMatchObject([{ name: `Sales${ORDERS}` }]);
    const piped = await runCli(words, { env: simulatorEnv(simulator) });
    expect(JSON.parse(piped.stdout)).toEqual(JSON.parse(text));
  });

  test.each([
    ["an unknown option", ["import", "a.csv", `--speed${ORDERS}`], 64],
    ["an unknown command", [`imp${ORDERS}ort`], 64],
    ["too many arguments", ["check", `a${ORDERS}`], 64],
    ["a bad value", ["import", "a.csv", "--limit", `x${ORDERS}`], 64],
    ["a file that is not there", ["import", `a${ORDERS}.csv`, "--simulate"], 66],
    ["a folder below a file", ["import", "a.csv", "--simulate", "--out", `a.csv/${ORDERS}`], 73],
    ["a faults file that is not there", ["simulate", "--faults", `f${ORDERS}`], 66],
  ])("%s prints no control character", async (_, words, exitCode) => {
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(1));
    const { code, text } = await onTerminal(words, { cwd, columns: 500 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the tool's own are the colours of pino-pretty and the line at the foot.
    const own = /\u001b\[(?:\d*m|\?\d+[hl]|J)|\r/g;
    expect(text.replaceAll(own, "")).not.toMatch(HARMFUL);
    expect(code).toBe(exitCode);
  });

  test("a run with --quiet prints only the reason that ends it", async () => {
    const simulator = await simulatorFor();
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(3));
    const env = simulatorEnv(simulator);
    expect(await onTerminal(["import", "a.csv", "--quiet"], { cwd, env })).toEqual({ code: 0, text: "" });
    const { code, text } = await onTerminal(["export", "--group", "zzz", "--quiet"], { cwd, env });
    expect(code).toBe(66);
    expect(text).toMatch(/^no group has the name or id 'zzz'[\s\S]*Nothing was written\n$/);
  });
});
