import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { DirectoryContent } from "../../src/simulator/directory/directory-file.ts";
import type { Simulator, SimulatorOptions } from "../../src/simulator/simulator.ts";
import { call, simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf, readCsvFile } from "../support/csv-files.ts";
import { messagesOf, runCli, simulatorEnv } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

const result = z.object({
  state: z.string(),
  found: z.record(z.string(), z.number()).optional(),
  calls: z.number().optional(),
  message: z.string().optional(),
  files: z.object({ verify: z.string() }).optional(),
});

/** Runs the built program against the simulator, and gives all that came of it. */
async function verifying(
  simulator: Pick<Simulator, "url">,
  csv: string | Readonly<Record<string, string | Buffer>>,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const cwd = temporaryFolder();
  const files = typeof csv === "string" ? { "a.csv": csv } : csv;
  for (const [name, text] of Object.entries(files)) put(cwd, name, text);
  const all = ["verify", ...Object.keys(files), "--json", ...words];
  const { code, stderr, stdout } = await runCli(all, { cwd, env: { ...simulatorEnv(simulator), ...env } });
  const printed = stdout === "" ? undefined : result.parse(JSON.parse(stdout));
  const path = printed?.files?.verify;
  const rows = path === undefined ? [] : readCsvFile(path);
  const log = messagesOf(stderr).join("\n");
  return {
    code,
    cwd,
    log,
    printed,
    rows,
    path,
    left: filesBelow(cwd).filter((file) => file.startsWith("runs")),
  };
}

/** `line found` of each row. */
function linesFound(rows: readonly Readonly<Record<string, string>>[]): string[] {
  return rows.map(({ line = "", found = "" }) => `${line} ${found}`);
}

function aliases(domain: string, count: number): string {
  return csvOf(Array.from({ length: count }, (_, at) => ["ann@new.example", `alias${at + 1}@${domain}`]));
}

function withDomain(domain: NonNullable<DirectoryContent["domains"]>[number], more: SimulatorOptions = {}) {
  return simulatorFor({ ...more, directory: { domains: [domain] } });
}

describe("verify", () => {
  test("looks up every alias column of a family, each on the line of its record", async () => {
    const simulator = await withDomain({ domain: "old.example", aliases: 2 });
    const csv = [
      "Email,Alias,Alias 2,Alias 3",
      "ann@new.example,alias1@old.example,alias2@old.example,alias3@old.example",
      "bob@new.example,,alias2@old.example,",
    ].join("\n");
    const { code, rows } = await verifying(simulator, csv);
    expect(code).toBe(1);
    expect(linesFound(rows)).toEqual(["2 alias", "2 alias", "2 absent", "3 alias"]);
  });

  test("reports alias, primary, absent or not-checkable, and exits with 0 only if all are aliases", async () => {
    const simulator = await withDomain({ domain: "old.example", users: 3, aliases: 1200 });
    const csv = csvOf([
      ["ann@new.example", "alias1200@old.example"],
      ["ann@new.example", "USER2@Old.Example"],
      ["ann@new.example", "nobody@old.example"],
      ["ann@new.example", "ann@elsewhere.example"],
      ["ann@new.example", "no address"],
      ["bob@new.example", " Alias7@OLD.example "],
    ]);
    const { code, rows, printed, log, left } = await verifying(simulator, csv);
    expect(code).toBe(1);
    expect(linesFound(rows)).toEqual([
      "2 alias",
      "3 primary",
      "4 absent",
      "5 not-checkable",
      "6 not-checkable",
      "7 alias",
    ]);
    expect(Object.keys(rows[0] ?? {})).toEqual(["line", "aliasFor", "alias", "found"]);
    expect(rows[1]).toMatchObject({ aliasFor: "ann@new.example", alias: "USER2@Old.Example" });
    expect(printed?.found).toEqual({ alias: 2, primary: 1, absent: 1, "not-checkable": 2 });
    // The list of domains, and three pages.
    expect(simulator.counters.calls).toBe(4);
    expect(left).toHaveLength(1);
    expect(log).toContain("elsewhere.example (1 alias)");
    expect(log).toContain("line 6: invalid, invalid_address");
    expect(log).toContain("Proved: the aliases of 2 rows are at the simulated Mimecast (127.0.0.1:");
    expect(log).toContain("Not proved: whose alias it is");
    const good = await verifying(simulator, aliases("old.example", 3));
    expect(good.code).toBe(0);
  });

  test("finds an alias that an import has just set, in an international domain too", async () => {
    const simulator = await simulatorFor();
    const pairs = ["ann@old.example", "zoë@grüne-wiese.example"].map((alias) => ({
      aliasFor: "b@new.example",
      alias,
    }));
    for (const pair of pairs) await call(simulator, JSON.stringify({ data: [pair] }));
    const csv = csvOf([
      ["b@new.example", "ann@old.example"],
      ["b@new.example", "ZOË@xn--grne-wiese-beb.example"],
      ["ann@new.example", "b@new.example"],
    ]);
    expect(linesFound((await verifying(simulator, csv)).rows)).toEqual(["2 alias", "3 alias", "4 primary"]);
  });

  test("reads its input as import does: several files, columns by name, other delimiters, skipped domains", async () => {
    const simulator = await withDomain({ domain: "old.example", aliases: 5 });
    const files = {
      "a.csv": "who;what\nann@new.example;alias1@old.example\n",
      "b.csv": "who;what\nann@new.example;alias9@old.example\nann@new.example;x@tenant.onmicrosoft.com\n",
    };
    const words = [
      "--columns",
      "aliasFor=who,alias=what",
      "--delimiter",
      ";",
      "--skip-domain",
      "*.onmicrosoft.com",
    ];
    const { rows, log } = await verifying(simulator, files, words);
    expect(rows).toEqual([
      { file: "a.csv", line: "2", aliasFor: "ann@new.example", alias: "alias1@old.example", found: "alias" },
      { file: "b.csv", line: "2", aliasFor: "ann@new.example", alias: "alias9@old.example", found: "absent" },
    ]);
    expect(log).toContain("1 more row skipped by --skip-domain");
  });

  test("finds an alias that two primaries share, and warns that at most one of them has it", async () => {
    const simulator = await withDomain({ domain: "old.example", aliases: 5 });
    const csv = csvOf([
      ["ann@new.example", "alias1@old.example"],
      ["bob@new.example", "alias1@old.example"],
    ]);
    const { code, log } = await verifying(simulator, csv);
    expect(code).toBe(0);
    expect(log).toContain("1 alias of the input for several primaries: each can belong to only one");
  });

  test("makes no call for an input without aliases", async () => {
    const simulator = await simulatorFor();
    const { code, log, rows } = await verifying(simulator, csvOf([["ann@new.example", "none"]]));
    expect([code, linesFound(rows)]).toEqual([1, ["2 not-checkable"]]);
    expect(log).toContain("Mimecast was not asked");
    expect(simulator.counters.calls).toBe(0);
  });
});

describe("the list of a domain's addresses", () => {
  test("is read completely despite every known oddity of pages", async () => {
    const quirks = { emptyPages: [1, 3], noData: [5], maxPerPage: 100, totalCount: "absent" as const };
    const simulator = await withDomain({ domain: "old.example", aliases: 700, quirks });
    expect((await verifying(simulator, aliases("old.example", 700))).code).toBe(0);
  });

  test("is read again if its count does not match at first", async () => {
    const quirks = { totalCount: 41, totalCountReads: 1 };
    const simulator = await withDomain({ domain: "old.example", aliases: 40, quirks });
    const { code, log } = await verifying(simulator, aliases("old.example", 40));
    expect(code).toBe(0);
    expect(log).toContain(
      "the internal users of old.example, page 1: it is the last one, and 40 addresses were read, but totalCount is 41; reading it again",
    );
    expect(simulator.counters.calls).toBe(3);
  });

  test.each([
    ["loses an address", { leavesAfter: 1 }],
    ["gains an address", { joinsAfter: 1 }],
    ["repeats an address", { repeatsItemAt: 2 }],
  ])(
    "%s while it is read, so it is read again and no alias is wrongly reported absent",
    async (_title, quirks) => {
      const restless = { ...quirks, maxPerPage: 5, restlessReads: 4 };
      const simulator = await withDomain({ domain: "old.example", aliases: 10, quirks: restless });
      const { code, rows } = await verifying(simulator, aliases("old.example", 10));
      expect(code).toBe(0);
      expect(new Set(rows.map(({ found }) => found))).toEqual(new Set(["alias"]));
    },
  );

  test.each([
    [
      "a list that changes in each reading",
      { quirks: { maxPerPage: 5, leavesAfter: 1 } },
      "totalCount is 39 here, and was 40",
    ],
    [
      "a list without an end",
      { quirks: { endless: true } },
      "more than a page beyond totalCount, which is 40",
    ],
    [
      "a list shorter than its totalCount",
      { quirks: { totalCount: 41 } },
      "totalCount is 41, also when read again",
    ],
    ["a list shorter than its userCount", { userCount: 41 }, "userCount is 41, also when read again"],
    [
      "a list whose token repeats",
      { quirks: { maxPerPage: 10, repeatsTokenAt: 2 } },
      "old.example, page 2: its token",
    ],
  ])("%s exits with 1, and nothing is reported absent", async (_title, domain, why) => {
    const simulator = await withDomain({ domain: "old.example", aliases: 40, ...domain });
    const { code, log, printed, left } = await verifying(simulator, aliases("old.example", 41));
    expect(code).toBe(1);
    expect(log).toContain(why);
    expect(log).toContain("verify.csv is not written");
    expect(printed).toMatchObject({ state: "failed" });
    expect(left).toEqual([]);
  });

  test("is requested again while Mimecast can't answer, within the quota", async () => {
    const faults = [
      { path: "/api/user/get-internal-users", times: 2, kind: "status", status: 503 },
      { path: "/api/domain/get-internal-domain", times: 1, kind: "drop" },
    ] as const;
    const simulator = await withDomain(
      { domain: "old.example", aliases: 5000 },
      { faults, quota: { calls: 6, windowMs: 300 } },
    );
    const { code } = await verifying(simulator, aliases("old.example", 4990));
    expect(code).toBe(0);
    expect(simulator.counters.answered429).toBe(0);
  });
});

describe("a verification that fails", () => {
  test("exits with 77 if access is denied, and leaves nothing behind", async () => {
    const simulator = await simulatorFor();
    const env = { MIMECAST_CLIENT_SECRET: "not-the-secret" };
    const { code, log, left } = await verifying(simulator, aliases("old.example", 2), [], env);
    expect(code).toBe(77);
    expect(log).toMatch(/rejected the credentials or permissions.*get-internal-users/);
    expect(log).not.toContain("not-the-secret");
    expect(left).toEqual([]);
  });

  test.each<[string, Record<string, string>, string[], number, string]>([
    ["no file", {}, ["none.csv"], 66, "none.csv"],
    ["no such column", { "a.csv": "x,y\nann,bob\n" }, [], 65, "a.csv"],
    ["an unknown option", { "a.csv": aliases("old.example", 1) }, ["--limit", "1"], 64, "--limit"],
    [
      "a position that is not a number",
      { "a.csv": aliases("old.example", 1) },
      ["--no-header", "--columns", "alias=x"],
      64,
      "--columns",
    ],
    [
      "a folder that can't be made",
      { "a.csv": aliases("old.example", 1) },
      ["--out", "a.csv/runs"],
      73,
      "a.csv/runs",
    ],
  ])("names the cause and has its own exit code: %s", async (_title, files, words, exitCode, named) => {
    const cwd = temporaryFolder();
    for (const [name, text] of Object.entries(files)) put(cwd, name, text);
    const { code, stderr } = await runCli(["verify", ...Object.keys(files), ...words], {
      cwd,
      env: simulatorEnv({ url: "http://127.0.0.1:9" }),
    });
    expect(code).toBe(exitCode);
    expect(stderr).toContain(named);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });

  test("names every missing setting, and exits with 78", async () => {
    const { code, stderr } = await runCli(["verify", "a.csv"]);
    expect(code).toBe(78);
    expect(stderr).toContain("MIMECAST_CLIENT_ID");
  });
});

test("a verification with more findings than fit on a screen says how many more there are", async () => {
  const simulator = await simulatorFor();
  const domains = Array.from({ length: 7 }, (_, at): [string, string] => [
    "ann@new.example",
    `a@d${at}.example`,
  ]);
  const broken = Array.from({ length: 12 }, (_, at): [string, string] => [
    "ann@new.example",
    `nonsense${at}`,
  ]);
  const { code, log } = await verifying(simulator, csvOf([...domains, ...broken]));
  expect(code).toBe(1);
  expect(log).toContain("and 2 more problems");
  expect(log).toMatch(/not internal domains of the account: d0\.example \(1 alias\), .*, and 2 more/);
});

test("makes no call if every row is skipped", async () => {
  const simulator = await simulatorFor();
  const skip = ["--skip-domain", "old.example"];
  const { code, log } = await verifying(simulator, aliases("old.example", 2), skip);
  expect(code).toBe(0);
  expect(log).toMatch(/^0 rows in .*: nothing to look up$/m);
  expect(simulator.counters.calls).toBe(0);
});
