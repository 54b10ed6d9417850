import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { integer, text } from "../../src/ledger/cells.ts";
import { copyDatabase } from "../../src/ledger/copy-database.ts";
import { VerifyStore } from "../../src/ledger/verify-store.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

describe("a column", () => {
  test("of NULL is an empty text, or zero", () => {
    expect(text([null], 0)).toBe("");
    expect(integer([null], 0)).toBe(0);
  });

  test("that holds something else than it should is a fault, and never passes for a value", () => {
    expect(() => text([7], 0)).toThrow("column 0 holds number, not text");
    expect(() => integer([1, "7"], 1)).toThrow("column 1 holds string, not a number");
    expect(() => integer([], 0)).toThrow("column 0 holds undefined, not a number");
  });
});

test("A copy of a ledger that can't be written is told with its place", () => {
  const folder = temporaryFolder();
  const original = put(folder, "ledger.db", "as it is");
  const copy = join(folder, "not-there", "copy.db");
  expect(() => copyDatabase(original, copy)).toThrow(RunError);
  expect(() => copyDatabase(original, copy)).toThrow(copy);
});

test("A verification that can't begin leaves no folder behind", () => {
  const folder = temporaryFolder();
  const runFolder = join(folder, "20260102T030405678Z-a");
  expect(() => VerifyStore.open(join(folder, "not-there"), runFolder)).toThrow(RunError);
  expect(existsSync(runFolder)).toBe(false);
});
