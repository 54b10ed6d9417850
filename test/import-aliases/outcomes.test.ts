import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, inputOf, nameOf, outcomesOf } from "../support/corridor.ts";
import { csvOf, manyRows, readCsvFile } from "../support/csv-files.ts";
import { filesBelow, modeOf } from "../support/temporary-folder.ts";

const FIXTURE = readFileSync(fileURLToPath(new URL("../../fixtures/aliases.csv", import.meta.url)), "utf8");

test("The fixture has every outcome, in the order of the input, and they add up to the rows", async () => {
  const simulator = await simulatorFor();
  const first = await importing(
    simulator,
    csvOf([["dev.kumar@company.example", "dev.kumar@old-company.example"]]),
  );
  const { results, summary } = await importing(simulator, FIXTURE, {
    folder: first.folder,
    skip: ["xn--grne-wiese-beb.example"],
    sending: { limit: 12 },
  });
  expect(results.map(({ line }) => Number(line))).toEqual(
    Array.from({ length: 23 }, (_, index) => index + 2),
  );
  expect(outcomesOf(results)).toEqual([
    "applied",
    "applied",
    "applied",
    "applied",
    "unchanged in_place",
    "applied",
    "applied",
    "skipped skipped_domain",
    "failed err_xdk_operation_forbidden_for_address",
    "failed err_validation_invalid_email_address",
    "applied",
    "applied",
    "applied",
    "applied",
    "not-sent not_sent",
    "duplicate duplicate_pair",
    "conflict ambiguous_primary",
    "conflict ambiguous_primary",
    "conflict chain",
    "invalid empty_cell",
    "invalid invalid_address",
    "invalid alias_is_primary",
    "invalid ragged_row",
  ]);
  expect(summary.outcomes).toEqual({
    applied: 10,
    unchanged: 1,
    duplicate: 1,
    skipped: 1,
    invalid: 4,
    conflict: 3,
    failed: 2,
    unknown: 0,
    "not-sent": 1,
  });
  expect(Object.values(summary.outcomes).reduce((sum, count) => sum + count)).toBe(summary.rows);
});

test("A result has the addresses as written, the attempts, the request id and the time", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "Slow@Old.example", kind: "status", status: 503, times: 2 }],
  });
  const { results } = await importing(simulator, csvOf([[" Ann@New.example ", "Slow@Old.example"]]));
  expect(results).toEqual([
    {
      line: "2",
      aliasFor: "Ann@New.example",
      alias: "Slow@Old.example",
      outcome: "applied",
      code: "",
      message: "",
      retryable: "false",
      attempts: "3",
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
  ]);
});

describe("The files of records to fix and to retry", () => {
  const faults = [
    { alias: "again@old.example", kind: "fail", code: "err_busy", retryable: true },
    { alias: "lost@old.example", kind: "status", status: 503 },
    { alias: "refused@old.example", kind: "fail", code: "err_no" },
  ] as const;
  const input = [
    "\ufeffNotes;aliasFor;alias;\u00a0Dept",
    '"says ""hi""; bye";ann@new.example;fine@old.example;A',
    '"two\r\nlines";bob@new.example;refused@old.example;B',
    " padded ;cy@new.example; again@old.example;C",
    '"";dan@new.example;lost@old.example;"D"',
    ";eve@new.example;nonsense;E",
    ";fay@new.example;last@old.example;F",
    "",
  ].join("\r\n");

  test("failed.csv and remaining.csv hold the input's records unchanged, with its header, BOM, delimiter and line breaks", async () => {
    const simulator = await simulatorFor({ faults });
    const { files, results } = await importing(simulator, input, { reading: { delimiter: ";" } });
    expect(outcomesOf(results)).toEqual([
      "applied",
      "failed err_no",
      "failed err_busy",
      "unknown http_503",
      "invalid invalid_address",
      "applied",
    ]);
    const lines = input.split("\r\n");
    expect(readFileSync(files.failed ?? "", "utf8")).toBe(
      `${[lines[0], lines[2], lines[3], lines[6]].join("\r\n")}\r\n`,
    );
    expect(readFileSync(files.remaining ?? "", "utf8")).toBe(
      `${[lines[0], lines[4], lines[5]].join("\r\n")}\r\n`,
    );
  });

  test("The reasons stand in files of their own, in the order of the records", async () => {
    const simulator = await simulatorFor({ faults });
    const { files } = await importing(simulator, input, { reading: { delimiter: ";" } });
    expect(readCsvFile(files.failedReasons ?? "")).toEqual([
      {
        line: "3",
        aliasFor: "bob@new.example",
        alias: "refused@old.example",
        outcome: "failed",
        code: "err_no",
        message: "Simulated failure",
      },
      {
        line: "7",
        aliasFor: "eve@new.example",
        alias: "nonsense",
        outcome: "invalid",
        code: "invalid_address",
        message: expect.stringContaining("nonsense"),
      },
    ]);
  });

  test("failed.csv and remaining.csv are not written without rows", async () => {
    const { files, runFolder } = await importing(await simulatorFor(), manyRows(3));
    expect(readdirSync(runFolder).sort()).toEqual(["report.html", "results.csv", "summary.json"]);
    expect(Object.keys(files)).toEqual(["results", "report"]);
  });
});

test("Only the owner can read the files of a run, and neither temporary files nor run.db are left", async () => {
  const { folder, runFolder } = await importing(await simulatorFor(), FIXTURE);
  expect(modeOf(folder)).toBe("700");
  expect(modeOf(runFolder)).toBe("700");
  const files = filesBelow(folder);
  expect(files.map((path) => `${modeOf(join(folder, path))} ${basename(path)}`)).toEqual([
    "600 failed-reasons.csv",
    "600 failed.csv",
    "600 report.html",
    "600 results.csv",
    "600 summary.json",
    "600 ledger.db",
  ]);
});

test("summary.json equals the run's summary, with the input's name, size and hash", async () => {
  const { runFolder, summary } = await importing(await simulatorFor(), FIXTURE);
  expect(JSON.parse(readFileSync(join(runFolder, "summary.json"), "utf8"))).toEqual(summary);
  expect(summary).toMatchObject({
    state: "finished",
    exitCode: 1,
    rows: 23,
    inputs: [{ bytes: Buffer.byteLength(FIXTURE), sha256: expect.stringMatching(/^[\da-f]{64}$/) }],
    calls: { total: 20, retries: 5, rateLimited: 0 },
    failures: {
      byCode: [
        { name: "err_validation_invalid_email_address", new: 1, repeated: 0 },
        { name: "err_xdk_operation_forbidden_for_address", new: 1, repeated: 0 },
      ],
      byDomain: [{ name: "faults.example", new: 2, repeated: 0 }],
    },
  });
});

test("A run's folder is named after its start and its input", async () => {
  const imported = await importing(await simulatorFor(), "", {
    inputs: [inputOf(manyRows(1), "Alte Adressen (2).csv")],
  });
  expect(nameOf(imported)).toMatch(/^\d{8}T\d{9}Z-Alte_Adressen_2_$/);
});

test("A file with only a header is a run without rows", async () => {
  const { summary } = await importing(await simulatorFor(), "aliasFor,alias\n");
  expect(summary).toMatchObject({ rows: 0, exitCode: 0, calls: { total: 0 } });
});

test("Addresses that differ only in case, IDN spelling or white space are one pair", async () => {
  const simulator = await simulatorFor();
  const { results } = await importing(
    simulator,
    csvOf([
      ["ann@new.example", "ann@grüne-wiese.example"],
      ["ANN@new.example", " Ann@xn--grne-wiese-beb.example"],
    ]),
  );
  expect(outcomesOf(results)).toEqual(["applied", "duplicate duplicate_pair"]);
  expect(results[1]?.["message"]).toContain("line 2");
  expect([...simulator.aliases.keys()]).toEqual(["ann@grüne-wiese.example"]);
});
