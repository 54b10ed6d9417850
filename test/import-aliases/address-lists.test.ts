import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { type Imported, importing, inputOf, outcomesOf } from "../support/corridor.ts";
import { readCsvFile } from "../support/csv-files.ts";

const MAILBOXES = [
  '"Name","aliasFor","alias","Office"',
  '"Ann Lee","ann@new.example","SMTP:ann@new.example;smtp:ann@old.example;smtp:a.lee@old.example;x500:/o=First Org/ou=A, B","2 ""north"""',
  '"Bob","bob@new.example","SMTP:bob@new.example;sip:bob@new.example",""',
  '"Cy","cy@new.example","smtp:cy@old.example,smtp:refused@old.example,smtp:bad@@old.example,smtp:cy@corp.onmicrosoft.com","3"',
  '"Dan","dan@new.example","SMTP:daniel@new.example;smtp:dan@old.example","4"',
  "",
].join("\r\n");

const REFUSED = { alias: "refused@old.example", kind: "fail", code: "err_no" } as const;
const BUSY = { alias: "*@busy.example", kind: "fail", code: "err_busy", retryable: true } as const;

test("Each smtp: entry of an Exchange export is a row; other kinds and records without alias are counted", async () => {
  const simulator = await simulatorFor({ faults: [REFUSED] });
  const { results, summary, plan } = await importing(simulator, MAILBOXES, { skip: ["*.onmicrosoft.com"] });
  expect(
    results.map(({ line, alias, outcome, code }) => `${line} ${alias} ${outcome} ${code}`.trim()),
  ).toEqual([
    "2 ann@old.example applied",
    "2 a.lee@old.example applied",
    "4 cy@old.example applied",
    "4 refused@old.example failed err_no",
    "4 smtp:bad@@old.example invalid invalid_address",
    "4 cy@corp.onmicrosoft.com skipped skipped_domain",
    "5 SMTP:daniel@new.example;smtp:dan@old.example invalid primary_mismatch",
  ]);
  expect(summary).toMatchObject({ rows: 7, recordsWithoutAlias: 1, ignoredAddresses: 2 });
  expect(plan.notes).toMatchObject({ withoutAliasCount: 1, ignoredAddressCount: 2 });
});

test("failed.csv has each record once, as it was, or with only those of its addresses that are left", async () => {
  const simulator = await simulatorFor({ faults: [REFUSED] });
  const { files, folder } = await importing(simulator, MAILBOXES, { skip: ["*.onmicrosoft.com"] });
  const lines = MAILBOXES.split("\r\n");
  const cy = '"Cy","cy@new.example","smtp:refused@old.example;smtp:bad@@old.example","3"';
  const failed = readFileSync(files.failed ?? "", "utf8");
  expect(failed).toBe(`${[lines[0], cy, lines[4]].join("\r\n")}\r\n`);
  expect(readCsvFile(files.failedReasons ?? "").map(({ line, code }) => `${line} ${code}`)).toEqual([
    "4 err_no",
    "4 invalid_address",
    "5 primary_mismatch",
  ]);
  simulator.setFaults([]);
  const mended = failed.replace("bad@@", "good@").replace("SMTP:daniel@", "SMTP:dan@");
  const second = await importing(simulator, mended, { folder });
  expect(second.results.map(({ alias, outcome }) => `${alias} ${outcome}`)).toEqual([
    "refused@old.example applied",
    "good@old.example applied",
    "dan@old.example applied",
  ]);
});

test("A record with addresses to fix and others to retry is in both files, each time with its own addresses", async () => {
  const simulator = await simulatorFor({ faults: [REFUSED, BUSY] });
  const csv =
    "\ufeffaliasFor\talias\tnote\nann@new.example\tsmtp:refused@old.example smtp:a@busy.example smtp:fine@old.example smtp:b@busy.example\tkept, too\n";
  const { files, folder } = await importing(simulator, csv, { reading: { delimiter: "\t" } });
  const header = "\ufeffaliasFor\talias\tnote\n";
  expect(readFileSync(files.failed ?? "", "utf8")).toBe(
    `${header}ann@new.example\tsmtp:refused@old.example\tkept, too\n`,
  );
  const remaining = readFileSync(files.remaining ?? "", "utf8");
  expect(remaining).toBe(`${header}ann@new.example\tsmtp:a@busy.example;smtp:b@busy.example\tkept, too\n`);
  simulator.setFaults([]);
  const second = await importing(simulator, remaining, { folder, reading: { delimiter: "\t" } });
  expect(outcomesOf(second.results)).toEqual(["applied", "applied"]);
});

test("Rows of one cell are compared with each other: a repeated address is a duplicate, one for two primaries a conflict", async () => {
  const simulator = await simulatorFor();
  const { results } = await importing(
    simulator,
    [
      "aliasFor,alias",
      "ann@new.example,smtp:a@old.example;smtp:A@old.example;smtp:b@old.example",
      "bob@new.example,smtp:b@old.example;smtp:c@old.example",
    ].join("\n"),
  );
  expect(outcomesOf(results)).toEqual([
    "applied",
    "duplicate duplicate_pair",
    "conflict ambiguous_primary",
    "conflict ambiguous_primary",
    "applied",
  ]);
  expect(results[1]?.["message"]).toBe("the same pair as line 2");
  expect(results[2]?.["message"]).toContain("line 3");
});

test("A cell with 2,501 addresses gives each its row", async () => {
  const simulator = await simulatorFor();
  const entries = Array.from({ length: 2_500 }, (_, index) => `smtp:a${index}@old.example`);
  const csv = `aliasFor,alias\nann@new.example,SMTP:ann@new.example;${entries.join(";")}\nbob@new.example,b@old.example\n`;
  const { results, summary, files } = await importing(simulator, csv, { sending: { limit: 1 } });
  expect(summary.outcomes).toMatchObject({ applied: 1, "not-sent": 2_500 });
  expect(new Set(results.map(({ alias }) => alias)).size).toBe(2_501);
  const [left, ...others] = readCsvFile(files.remaining ?? "");
  expect(left?.["alias"]?.split(";")).toEqual(entries.slice(1));
  expect(others).toHaveLength(1);
});

describe("A record whose addresses are all applied", () => {
  test("A record whose addresses are all applied is neither in failed.csv nor in remaining.csv", async () => {
    const { files } = await importing(await simulatorFor(), MAILBOXES.split("\r\n").slice(0, 3).join("\r\n"));
    expect(Object.keys(files)).toEqual(["results", "report"]);
  });
});

test("With several inputs, each record is written back from its own, under the header that they share", async () => {
  const simulator = await simulatorFor({ faults: [REFUSED] });
  const one = inputOf("aliasFor,alias\nann@new.example,a@old.example;refused@old.example\n", "one.csv");
  const two = inputOf("aliasFor,alias\nbob@new.example,b@old.example;nonsense;b2@old.example\n", "two.csv");
  const { files, results } = await importing(simulator, "", { inputs: [one, two] });
  expect(results.map(({ line, outcome }) => `${line} ${outcome}`)).toEqual([
    "2 applied",
    "2 failed",
    "2 applied",
    "2 invalid",
    "2 applied",
  ]);
  expect(readFileSync(files.failed ?? "", "utf8")).toBe(
    "aliasFor,alias\nann@new.example,refused@old.example\nbob@new.example,nonsense\n",
  );
});

test("Each alias column of a family gives rows, and an unfinished record keeps only its unfinished columns", async () => {
  const simulator = await simulatorFor({ faults: [REFUSED, BUSY] });
  const csv = [
    "Email,Alias,Alias 2,Alias 3,WindowsEmailAddress",
    "ann@new.example,ann@old.example,refused@old.example,a@busy.example,ann@x.example",
    "bob@new.example,,b@old.example,,bob@x.example",
    "cem@new.example,,,,cem@x.example",
    "",
  ].join("\n");
  const { files, results, summary, folder } = await importing(simulator, csv);
  expect(results.map(({ line, alias, outcome }) => `${line} ${alias} ${outcome}`)).toEqual([
    "2 ann@old.example applied",
    "2 refused@old.example failed",
    "2 a@busy.example failed",
    "3 b@old.example applied",
  ]);
  expect(summary).toMatchObject({ rows: 4, recordsWithoutAlias: 1 });
  const [header] = csv.split("\n");
  expect(readFileSync(files.failed ?? "", "utf8")).toBe(
    `${header}\nann@new.example,,refused@old.example,,ann@x.example\n`,
  );
  const remaining = readFileSync(files.remaining ?? "", "utf8");
  expect(remaining).toBe(`${header}\nann@new.example,,,a@busy.example,ann@x.example\n`);
  simulator.setFaults([]);
  const second = await importing(simulator, remaining, { folder });
  expect(second.results.map(pairOf)).toEqual(["ann@new.example a@busy.example applied "]);
});

const FAULTS = [
  { alias: "*@refused.example", kind: "fail", code: "err_no" },
  { alias: "*@busy.example", kind: "fail", code: "err_busy", retryable: true },
  { alias: "*@lost.example", kind: "status", status: 503, executed: true },
] as const;

test("For any records, failed.csv and remaining.csv together hold exactly the unfinished rows", async () => {
  const domain = fc.constantFrom(
    "fine.example",
    "refused.example",
    "busy.example",
    "lost.example",
    "bad@.example",
  );
  const entry = fc.tuple(fc.constantFrom("smtp:", ""), domain);
  const other = fc.constantFrom("", "SMTP:", "x500:/o=A, B/cn=c", "{}");
  const cell = fc.tuple(other, fc.array(entry, { maxLength: 4 }), fc.constantFrom(";", ",", " ", "\n"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(cell, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(",", ";"),
      fc.integer({ min: 1, max: 3 }),
      async (cells, delimiter, columnCount) => {
        const simulator = await simulatorFor({ faults: [...FAULTS] });
        const written = cells.map(([kind, entries, separator], index) => {
          const primary = primaryOf(index, columnCount);
          const head = kind === "SMTP:" ? `SMTP:${primary}` : kind;
          const list = entries.map(([prefix, at], ordinal) => `${prefix}a${index}-${ordinal}@${at}`);
          return `"${[...(head === "" ? [] : [head]), ...list].join(separator)}"`;
        });
        const lines = written.flatMap((_, index) => {
          if (index % columnCount > 0) return [];
          const aliases = Array.from({ length: columnCount }, (_, column) => written[index + column] ?? "");
          return [[primaryOf(index, columnCount), ...aliases].join(delimiter)];
        });
        const header = ["aliasFor", "alias", "alias 2", "alias 3"].slice(0, columnCount + 1).join(delimiter);
        const csv = `${header}\n${lines.join("\n")}\n`;
        const reading = { delimiter };
        const sending = { retry: { maxAttempts: 1, baseMs: 1, ceilingMs: 1 } };
        const first = await importing(simulator, csv, { reading, sending });
        const left = first.results.filter(({ outcome }) => outcome !== "applied");
        const files = [first.files.failed, first.files.remaining].flatMap((path) =>
          path === undefined ? [] : [{ kind: "file", path } as const],
        );
        if (files.length === 0) {
          expect(left).toEqual([]);
          return;
        }
        const second = await importing(simulator, "", {
          folder: first.folder,
          inputs: files,
          reading,
          sending,
        });
        expect(pairsOf(second)).toEqual(left.map(pairOf).sort());
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

/** The primary of the record that has the `index`-th alias cell. */
function primaryOf(index: number, columnCount: number): string {
  return `p${index - (index % columnCount)}@new.example`;
}

function pairsOf({ results }: Imported): string[] {
  return results.map(pairOf).sort();
}

function pairOf(result: Readonly<Record<string, string>>): string {
  return `${result["aliasFor"]} ${result["alias"]} ${result["outcome"]} ${result["code"]}`;
}

test("Lists that hold their primary, and records with missing or surplus empty cells, are read and counted", async () => {
  const simulator = await simulatorFor();
  const csv = [
    "PrimarySmtpAddress,EmailAddresses,Office,Note",
    'ann@new.example,"ann@new.example,ann@old.example",1,x',
    "bob@new.example,bob@old.example;bob@new.example,2,y",
    "cem@new.example,cem@new.example",
    "dan@new.example,dan@old.example,,,,",
    'eve@new.example,"[""SMTP:eve@new.example"",""smtp:eve@old.example""]",,',
  ].join("\n");
  const { results, summary, plan, files } = await importing(simulator, csv);
  expect(results.map(({ aliasFor, alias, outcome }) => `${aliasFor} ${alias} ${outcome}`)).toEqual([
    "ann@new.example ann@old.example applied",
    "bob@new.example bob@old.example applied",
    "dan@new.example dan@old.example applied",
    "eve@new.example eve@old.example applied",
  ]);
  expect(summary).toMatchObject({ rows: 4, recordsWithoutAlias: 1, exitCode: 0 });
  expect(plan.notes).toMatchObject({ ownAddressCount: 3, unevenCount: 2 });
  expect(Object.keys(files)).toEqual(["results", "report"]);
});
