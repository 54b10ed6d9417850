import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { integer, text } from "../../src/ledger/cells.ts";
import { copyDatabase } from "../../src/ledger/copy-database.ts";
import { VerifyStore } from "../../src/ledger/verify-store.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

describe("a cell", () => {
  test("NULL is read as an empty text or zero", () => {
    expect(text([null], 0)).toBe("");
    expect(integer([null], 0)).toBe(0);
  });

  test("a cell of the wrong type is an internal error and never a value", () => {
    expect(() => text([7], 0)).toThrow("column 0 holds number, not text");
    expect(() => integer([1, "7"], 1)).toThrow("column 1 holds string, not a number");
    expect(() => integer([], 0)).toThrow("column 0 holds undefined, not a number");
  });
});

test("a copy of a ledger that can't be written is reported with its path", () => {
  const folder = temporaryFolder();
  const original = put(folder, "ledger.db", "as it is");
  const copy = join(folder, "not-there", "copy.db");
  expect(() => copyDatabase(original, copy)).toThrow(RunError);
  expect(() => copyDatabase(original, copy)).toThrow(copy);
});

test("a verification that can't begin leaves no folder", () => {
  const folder = temporaryFolder();
  const runFolder = join(folder, "20260102T030405678Z-a");
  expect(() => VerifyStore.open(join(folder, "not-there"), runFolder)).toThrow(RunError);
  expect(existsSync(runFolder)).toBe(false);
});
