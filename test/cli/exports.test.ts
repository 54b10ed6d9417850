import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { encoded } from "../csv/encodings.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf, readCsvFile } from "../support/csv-files.ts";
import { messagesOf, runCli, simulatorEnv } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/csv");
const ROWS = csvOf([["ann@new.example", "ann@old.example"]]);

/** The path of the run's file of this name, of the latest run. */
function resultFile(cwd: string, name: string): string {
  const found = filesBelow(join(cwd, "runs")).filter((path) => path.endsWith(`/${name}`));
  return join(cwd, "runs", found.at(-1) ?? "none");
}

test("A German Excel file is imported at the first try, and the run prints how it was read", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const words = ["import", join(FIXTURES, "excel-german-sep.csv"), "--json"];
  const { code, stderr, stdout } = await runCli(words, { cwd, env: simulatorEnv(simulator) });
  expect(code).toBe(0);
  expect(simulator.aliases.size).toBe(2);
  const said = messagesOf(stderr).join("\n");
  expect(said).toMatch(
    /Reading .*: aliasFor from "aliasFor", alias from "alias" \(Windows-1252, cells separated by semicolons\)/,
  );
  expect(said).toMatch(/excel-german-sep\.csv: it is not UTF-8 and was read as Windows-1252, .*--encoding/);
  const summary: unknown = JSON.parse(stdout);
  expect(summary).toMatchObject({ inputs: [{ encoding: "Windows-1252" }] });
});

test("Text that can't be decoded is invalid and never sent, and the fixed failed.csv sends exactly the rest", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  const text =
    "sep=^\r\naliasFor^alias^warning\r\nann@new.example^ann@old.example^Müller\r\nbob@new.example^bÜb@old.example^Bob\r\n";
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf("Ü")] = 0xff;
  put(cwd, "a.csv", bytes);
  const first = await runCli(["import", "a.csv"], { cwd, env });
  expect(first.code).toBe(1);
  expect([...simulator.aliases.keys()]).toEqual(["ann@old.example"]);
  expect(readCsvFile(resultFile(cwd, "results.csv")).map(({ line, code }) => `${line} ${code}`)).toEqual([
    "3 ",
    "4 undecodable",
  ]);
  expect(messagesOf(first.stderr).join("\n")).toMatch(/a\.csv: it is UTF-8 except in some records/);
  const failed = readFileSync(resultFile(cwd, "failed.csv"), "utf8");
  expect(failed).toMatch(
    /^sep=\^\r\naliasFor\^alias\^warning\r\nbob@new\.example\^b\ufffd+b@old\.example\^Bob\r\n$/,
  );
  put(cwd, "mended.csv", failed.replace(/b\ufffd+b/, "bob"));
  const second = await runCli(["import", "mended.csv"], { cwd, env });
  expect(second.code).toBe(0);
  expect([...simulator.aliases.keys()].sort()).toEqual(["ann@old.example", "bob@old.example"]);
});

test("Inputs of one run may differ in encoding, quotation marks and sep= lines; lines are those of each file", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", encoded("aliasFor,alias\r\nann@new.example,ann@old.example\r\n", "utf-16le", true));
  put(
    cwd,
    "b.csv",
    'sep=,\n"aliasFor","alias"\n"bob@new.example","bob\n@old.example"\nbob@new.example,bob@old.example\n',
  );
  const stdin = gzipSync(
    encoded("#TYPE x\naliasFor,alias\ncy@new.example,käfer\ncy@new.example,cy@old.example\n", "windows-1252"),
  );
  const { code } = await runCli(["import", "a.csv", "b.csv", "-"], {
    cwd,
    env: simulatorEnv(simulator),
    stdin,
  });
  expect(code).toBe(1);
  expect(
    readCsvFile(resultFile(cwd, "results.csv")).map(
      ({ file, line, outcome }) => `${file} ${line} ${outcome}`,
    ),
  ).toEqual([
    "a.csv 2 applied",
    "b.csv 3 invalid",
    "b.csv 5 applied",
    "standard input 3 invalid",
    "standard input 4 applied",
  ]);
  expect(readFileSync(resultFile(cwd, "failed.csv"), "utf8")).toBe(
    '\ufeffaliasFor,alias\r\n"bob@new.example","bob\n@old.example"\r\ncy@new.example,käfer\r\n',
  );
});

test.each<[string, string, RegExp, string?]>([
  [
    "another delimiter",
    "aliasFor;alias\na@new.example;b@old.example\n",
    /b\.csv: its delimiter is not that of a\.csv/,
  ],
  ["other columns", "alias,aliasFor\n", /b\.csv: the header differs from that of a\.csv/],
  [
    "their addresses in other columns",
    "mail,secondary,proxyAddresses\na@new.example,a@old.example,\n",
    /b\.csv: its addresses are in other columns than those of a\.csv/,
    "mail,secondary,proxyAddresses\na@new.example,nickname,smtp:b@old.example\n",
  ],
])("Inputs of one run are rejected with %s", async (_, other, message, first = ROWS) => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", first);
  put(cwd, "b.csv", other);
  const { code, stderr } = await runCli(["import", "a.csv", "b.csv", "--dry-run"], { cwd });
  expect(code).toBe(65);
  expect(stderr).toMatch(message);
});

test.each([
  ["workbook-renamed.csv", /is an Excel workbook/],
  ["cut-off.csv.gz", /compressed with gzip and is cut off/],
  ["open-quote.csv", /line 3: .*never closed/],
  ["german-headers.csv", /--columns \\"aliasFor=Primäre E-Mail-Adresse,alias=Alias-Adresse\\"/],
])("A file that can't be used ends with 65 before anything is sent: %s", async (file, message) => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const { code, stderr } = await runCli(["import", join(FIXTURES, file)], {
    cwd,
    env: simulatorEnv(simulator),
  });
  expect(code).toBe(65);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(simulator.counters.calls).toBe(0);
});

test("The --columns option in an error message works", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  const file = join(FIXTURES, "french-headers.csv");
  const refused = await runCli(["import", file], { cwd, env });
  const [, columns = ""] = /--columns "(.+?)"/.exec(messagesOf(refused.stderr).join("\n")) ?? [];
  const { code } = await runCli(["import", file, "--columns", columns], { cwd, env });
  expect(code).toBe(0);
  expect([...simulator.aliases.keys()]).toEqual(["ann@old-company.example"]);
});

test("An unknown encoding is a usage error", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", ROWS);
  const { code, stderr } = await runCli(["import", "a.csv", "--dry-run", "--encoding", "cp037"], { cwd });
  expect(code).toBe(64);
  expect(stderr).toMatch(/--encoding: expected utf-8, utf-16le, .*, got 'cp037'/);
});

test("A header further down is rejected with its line, read with --header-line, and kept in failed.csv", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", `Report generated at 10:00\n\n${ROWS}cem@new.example,nonsense\n`);
  const refused = await runCli(["import", "a.csv"], { cwd, env });
  expect(refused.code).toBe(65);
  expect(refused.stderr).toMatch(/a\.csv, line 3 looks like the header/);
  expect(simulator.counters.calls).toBe(0);
  const words = ["--header-line", "3"];
  expect((await runCli(["import", "a.csv", ...words], { cwd, env })).code).toBe(1);
  const failed = resultFile(cwd, "failed.csv");
  expect(readFileSync(failed, "utf8")).toBe(
    "Report generated at 10:00\n\naliasFor,alias\ncem@new.example,nonsense\n",
  );
  const again = await runCli(["import", failed, ...words, "--dry-run"], { cwd, env });
  expect(again.code).toBe(1);
  expect(messagesOf(again.stderr).join("\n")).toContain("line 4: invalid, invalid_address");
  const verified = await runCli(["verify", "a.csv", ...words], { cwd, env });
  expect(messagesOf(verified.stderr).join("\n")).not.toContain("looks like the header");
  expect(verified.code).toBe(1);
});

test("A file of two concatenated exports with different column orders ends with 65 before anything is sent", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", `${ROWS}alias,aliasFor\ncem@old.example,cem@new.example\n`);
  const { code, stderr } = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv(simulator) });
  expect(code).toBe(65);
  expect(stderr).toMatch(/a\.csv, line \d+: a second header, with its columns in another order/);
  expect(simulator.counters.calls).toBe(0);
});

test("A run names its alias columns, and the columns of addresses that it does not read", async () => {
  const cwd = temporaryFolder();
  put(
    cwd,
    "a.csv",
    "Email,Alias,Alias 2,Notes,WindowsEmailAddress\nann@new.example,ann@old.example,a@old.example,x,ann@x.example\n",
  );
  const { code, stderr } = await runCli(["import", "a.csv", "--dry-run"], { cwd });
  const said = messagesOf(stderr).join("\n");
  expect(said).toContain('aliasFor from "Email", alias from "Alias" and "Alias 2" (UTF-8');
  expect(said).toContain('not read, although they contain addresses: "WindowsEmailAddress"');
  expect(said).toContain("ann@old.example will belong to ann@new.example");
  expect(code).toBe(0);
});

test("A file with two possible directions ends with 65 and shows both as sentences", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", "source,destination\nann@old.example,ann@new.example\n");
  const { code, stderr } = await runCli(["import", "a.csv", "--dry-run"], { cwd });
  const said = messagesOf(stderr).join("\n");
  expect(code).toBe(65);
  expect(said).toContain(
    '"aliasFor=source,alias=destination" (ann@new.example will belong to ann@old.example)',
  );
  expect(said).toContain(
    '"aliasFor=destination,alias=source" (ann@old.example will belong to ann@new.example)',
  );
});
