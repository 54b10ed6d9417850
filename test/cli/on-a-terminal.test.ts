import { describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";
import { withGroups } from "../support/exporting.ts";
import { simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";
import { HAS_TERMINAL, onTerminal } from "../support/terminal.ts";

/** Long enough for the line at the foot to be drawn a few times. */
const SLOW = { latencyMs: 60 };

describe.runIf(HAS_TERMINAL)("A person at a terminal sees", () => {
  test("how far an import is, and how long it takes by the quota that binds it", async () => {
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

  test("of an import as fast as Mimecast answers the time left by the rows of late", async () => {
    const simulator = await simulatorFor(SLOW);
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(120));
    const words = ["import", "a.csv", "--concurrency", "4"];
    const { code, text } = await onTerminal(words, { cwd, env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text).toMatch(/about [\d.]+ s left(?! \()/);
  });

  test("how far an export is, and no progress of it in the file", async () => {
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

  test("how far a verification is", async () => {
    const domains = [{ domain: "company.example", users: 2_000, aliases: 1 }];
    const simulator = await simulatorFor({ ...SLOW, directory: { domains } });
    const cwd = temporaryFolder();
    put(cwd, "a.csv", csvOf([["ann@company.example", "alias1@company.example"]]));
    const { code, text } = await onTerminal(["verify", "a.csv"], { cwd, env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(text).toMatch(/\d of 1 alias seen/);
    expect(text).toMatch(/[\d,]+ addresses read/);
  });

  test("groups as a table, in which nothing of the account's own gives orders to the terminal", async () => {
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

  test("nothing of a run that is told to be quiet but what ends it", async () => {
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
