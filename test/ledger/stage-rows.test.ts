import { describe, expect, it } from "vitest";
import {
  endedRows,
  invalid,
  newRunFolder,
  openLedger,
  planned,
  plansOf,
  rawsOf,
  row,
  rows,
  temporaryFolder,
} from "./parts.ts";

describe("staged rows", () => {
  it.each([0, 1, 49, 50, 51, 100, 120])("staged rows are numbered in input order: %i", (count) => {
    const folder = temporaryFolder();
    const pairs = Array.from({ length: count }, (_, index) => `a${index}>p${index}`);
    const store = planned(openLedger(folder), folder, rows(...pairs));
    expect(plansOf(store).map(({ seq, line }) => [seq, line])).toEqual(pairs.map((_, i) => [i + 1, i + 2]));
  });

  it("numbering continues from one batch to the next", () => {
    const folder = temporaryFolder();
    const store = openLedger(folder).beginRun(newRunFolder(folder));
    const stager = store.stager();
    stager.add(rows("a>ann", "b>ann"));
    stager.add([row("c>ann", 2, { file: 1 }), invalid(3)]);
    expect(stager.count).toBe(4);
    expect(plansOf(store).map(({ seq, file, line }) => [seq, file, line])).toEqual([
      [1, 0, 2],
      [2, 0, 3],
      [3, 1, 2],
      [4, 0, 3],
    ]);
  });

  it("added rows are on record, with the reason of an invalid one", () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, [invalid(7)]);
    expect(endedRows(store)).toMatchObject([
      { line: 7, outcome: "invalid", code: "empty_cell", message: "the cell of alias is empty" },
    ]);
  });

  it("staged texts are kept unchanged, whatever they contain", () => {
    const folder = temporaryFolder();
    const texts = ["", "'; DROP TABLE row; --", "\u0001a", "\u{1f600}", '"\r\n"', "1e5", "null"];
    const staged = texts.map((raw, index) => row(`a${index}>ann`, index + 2, { raw }));
    const store = planned(openLedger(folder), folder, staged);
    expect(rawsOf(store)).toEqual(texts);
  });

  it("texts with a NUL or half a surrogate pair can be read back completely", () => {
    const folder = temporaryFolder();
    const texts = { raw: "a\0b\ud800c", aliasFor: "ann\0", alias: "\udc00" };
    const refused = { outcome: "invalid", code: "x", message: "found \0 and \ud800" } as const;
    const store = planned(openLedger(folder), folder, [
      row("a>ann", 2, { ...texts, planned: refused, aliasKey: null }),
    ]);
    expect(rawsOf(store)).toEqual(["a\ufffdb\ufffdc"]);
    expect(endedRows(store)).toMatchObject([
      { aliasFor: "ann\ufffd", alias: "\ufffd", message: "found \ufffd and \ufffd" },
    ]);
  });
});
