import { describe, expect, it } from "vitest";
import type { ImportFlags } from "../../src/config/import-flags.ts";
import { readImportConfig } from "../../src/config.ts";
import { NOW_EPOCH_MS, surroundings } from "./surroundings.ts";

const read = (flags: ImportFlags) => readImportConfig(flags, surroundings());

describe("an import's options", () => {
  it("have their defaults", () => {
    expect(read({})).toMatchObject({
      dryRun: false,
      simulate: false,
      limitRows: undefined,
      columns: {},
      noHeader: false,
      headerLine: undefined,
      delimiter: undefined,
      skipDomains: [],
      concurrency: 64,
      maxRatePerSecond: undefined,
      quotaReservePercent: 10,
      maxAttempts: 6,
      timeoutMs: 30_000,
      maxFailures: undefined,
      deadlineEpochMs: undefined,
      allow: new Set(),
      inPlaceCodes: new Set(),
      resendBeforeEpochMs: undefined,
      outDir: "/nonexistent/runs",
      json: false,
      quiet: false,
      verbose: false,
    });
  });

  it.each<[ImportFlags, object]>([
    [{ limit: "10" }, { limitRows: 10 }],
    [
      { columns: "aliasFor=Primary,alias=Old mail" },
      { columns: { aliasFor: "Primary", aliases: ["Old mail"] } },
    ],
    [
      { columns: "alias = Mail, old , ALIASFOR=New" },
      { columns: { aliasFor: "New", aliases: ["Mail, old"] } },
    ],
    [
      { columns: "aliasFor=Primary,alias=Old, or new,alias=Older" },
      { columns: { aliasFor: "Primary", aliases: ["Old, or new", "Older"] } },
    ],
    [{ columns: "aliasFor=Primary" }, { columns: { aliasFor: "Primary" } }],
    [
      { header: false, columns: "alias=3" },
      { noHeader: true, columns: { aliases: ["3"] } },
    ],
    [{ delimiter: ";" }, { delimiter: ";" }],
    [{ encoding: "cp850" }, { encoding: "cp850" }],
    [{ encoding: " IBM437 " }, { encoding: "cp437" }],
    [{ encoding: "850" }, { encoding: "cp850" }],
    [{ encoding: "dos-437" }, { encoding: "cp437" }],
    [{ delimiter: "tab" }, { delimiter: "\t" }],
    [{ delimiter: "\\t" }, { delimiter: "\t" }],
    [{ delimiter: "\t" }, { delimiter: "\t" }],
    [
      { skipDomain: ["A.example,*.b.example", "c.example"] },
      { skipDomains: ["a.example", "*.b.example", "c.example"] },
    ],
    [{ concurrency: "256" }, { concurrency: 256 }],
    [{ maxRate: "25" }, { maxRatePerSecond: 25 }],
    [{ quotaReserve: "0" }, { quotaReservePercent: 0 }],
    [{ quotaReserve: "25%" }, { quotaReservePercent: 25 }],
    [{ maxAttempts: "1" }, { maxAttempts: 1 }],
    [{ timeout: "2.5" }, { timeoutMs: 2500 }],
    [{ maxFailures: "100" }, { maxFailures: { kind: "count", count: 100 } }],
    [{ maxFailures: "2.5%" }, { maxFailures: { kind: "percent", percent: 2.5 } }],
    [{ deadline: "90s" }, { deadlineEpochMs: NOW_EPOCH_MS + 90_000 }],
    [{ allow: ["move,chain"] }, { allow: new Set(["move", "chain"]) }],
    [{ allow: ["move", "move"] }, { allow: new Set(["move"]) }],
    [{ inPlaceCode: ["err_a", "err_b,err_c"] }, { inPlaceCodes: new Set(["err_a", "err_b", "err_c"]) }],
    [{ resendBefore: "1d" }, { resendBeforeEpochMs: NOW_EPOCH_MS - 86_400_000 }],
    [{ out: "elsewhere" }, { outDir: "/nonexistent/elsewhere" }],
    [{ out: "/abs" }, { outDir: "/abs" }],
    [{ simulate: true }, { simulate: true, outDir: "/nonexistent/runs/simulated" }],
    [
      { dryRun: true, json: true, quiet: true },
      { dryRun: true, json: true, quiet: true },
    ],
    [{ verbose: true }, { verbose: true }],
  ])("are read: %j", (flags, expected) => {
    expect(read(flags)).toMatchObject(expected);
  });
});

describe("a wrong option is a usage problem that names the option and its value", () => {
  it.each<[ImportFlags, RegExp]>([
    [{ limit: "0" }, /^--limit: expected a whole number, at least 1, got '0'$/],
    [{ limit: "1e3" }, /^--limit: /],
    [{ columns: "Primary,Old" }, /^--columns: expected aliasFor=NAME,alias=NAME, got 'Primary,Old'$/],
    [{ columns: "aliasFor=a,aliasFor=b" }, /^--columns: /],
    [{ headerLine: "0" }, /^--header-line: expected a whole number from 1/],
    [{ header: false, headerLine: "2" }, /^--header-line and --no-header exclude each other/],
    [{ columns: "alias=" }, /^--columns: /],
    [{ header: false, columns: "alias=mail" }, /^--columns: with --no-header expected .*POSITION/],
    [{ delimiter: ";;" }, /^--delimiter: expected one character/],
    [{ delimiter: '"' }, /^--delimiter: /],
    [{ delimiter: "a" }, /^--delimiter: /],
    [{ delimiter: "" }, /^--delimiter: /],
    [{ skipDomain: ["a.example", "@b.example"] }, /^--skip-domain: .*got '@b\.example'$/],
    [{ concurrency: "0" }, /^--concurrency: expected a whole number from 1 to 256, got '0'$/],
    [{ concurrency: "257" }, /^--concurrency: /],
    [{ concurrency: "8.5" }, /^--concurrency: /],
    [{ maxRate: "0.5" }, /^--max-rate: expected a whole number from 1/],
    [{ maxRate: "fast" }, /^--max-rate: /],
    [{ quotaReserve: "100" }, /^--quota-reserve: expected a percentage from 0 to 99, got '100'$/],
    [{ maxAttempts: "0" }, /^--max-attempts: /],
    [{ timeout: "0" }, /^--timeout: /],
    [{ timeout: "-1" }, /^--timeout: /],
    [{ maxFailures: "0" }, /^--max-failures: expected a number of rows/],
    [{ maxFailures: "101%" }, /^--max-failures: /],
    [{ maxFailures: "0%" }, /^--max-failures: /],
    [{ deadline: "2020-01-01T00:00Z" }, /^--deadline: .*in the past/],
    [{ deadline: "tomorrow" }, /^--deadline: expected a time such as/],
    [{ allow: ["moves"] }, /^--allow: expected move or chain, got 'moves'$/],
    [{ inPlaceCode: ["not a code"] }, /^--in-place-code: /],
    [{ resendBefore: "later" }, /^--resend-before: /],
    [{ out: "" }, /^--out: expected a folder/],
    [{ quiet: true, verbose: true }, /^--quiet and --verbose exclude each other/],
  ])("%j", (flags, message) => {
    expect(() => read(flags)).toThrow(message);
    expect(() => read(flags)).toThrow(expect.objectContaining({ name: "RunError", kind: "usage" }));
  });
});
