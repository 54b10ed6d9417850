import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import type { StagedRow } from "../../src/ledger/stage-rows.ts";
import { VerifyStore } from "../../src/ledger/verify-store.ts";
import { CORP, invalid, newRunFolder, rows, skipped, temporaryFolder } from "./parts.ts";

function openStore(folder = temporaryFolder()): VerifyStore {
  const store = VerifyStore.open(folder, newRunFolder(folder));
  onTestFinished(() => store.discard());
  return store;
}

/** A store that wants the aliases of these rows, in x.example, which is internal. */
function wanting(staged: readonly StagedRow[]): VerifyStore {
  const store = openStore();
  store.run.stager().add(staged);
  store.collectAliases();
  store.markInternal([{ key: "x.example", name: "X.example" }]);
  return store;
}

/** `line found` of each row. */
function told(store: VerifyStore): string[] {
  return [...store.rows()].flat().map(({ line, found }) => `${line} ${found}`);
}

describe("a verification", () => {
  it("each row has the status of its alias, in input order", () => {
    const store = wanting([
      ...rows("c>ann", "b>bob", "a>carl", "d>dan", "c>ann"),
      invalid(7),
      skipped("s>ann", 8),
    ]);
    expect(store.addListed([{ key: "c@x.example", alias: true }])).toBe(1);
    expect(
      store.addListed([
        { key: "b@x.example", alias: false },
        { key: "nobody@x.example", alias: true },
        { key: "d@x.example", alias: undefined },
      ]),
    ).toBe(2);
    store.compare();
    expect(told(store)).toEqual([
      "2 alias",
      "3 primary",
      "4 absent",
      "5 not-checkable",
      "6 alias",
      "7 not-checkable",
    ]);
    expect(store.counts()).toEqual({ alias: 2, primary: 1, absent: 1, "not-checkable": 2 });
    expect(store.unmarkedCount()).toBe(1);
  });

  it("a verification equals a comparison in memory, for any pages and repetitions", () => {
    const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const listed = fc.record({
      key: name.map((it) => `${it}@x.example`),
      alias: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(name), fc.array(fc.array(listed)), (names, pages) => {
        const store = wanting(rows(...names.map((it) => `${it}>p`)));
        for (const page of pages) store.addListed(page);
        store.compare();
        const all = pages.flat();
        const expected = names.map((it, index) => {
          const marks = all.filter(({ key }) => key === `${it}@x.example`).map(({ alias }) => alias);
          const found = marks.includes(true)
            ? "alias"
            : marks.includes(false)
              ? "primary"
              : marks.length > 0
                ? "not-checkable"
                : "absent";
          return `${index + 2} ${found}`;
        });
        expect(told(store)).toEqual(expected);
        store.discard();
      }),
      { numRuns: 40 },
    );
  });

  it("rollbackTo removes a list that is read again", () => {
    const store = wanting(rows("a>ann", "b>bob"));
    store.addListed([{ key: "a@x.example", alias: true }]);
    const mark = store.checkpoint();
    store.addListed([{ key: "b@x.example", alias: true }]);
    store.rollbackTo(mark);
    store.compare();
    expect(told(store)).toEqual(["2 alias", "3 absent"]);
  });

  it("internal and external domains of the aliases are listed separately", () => {
    const elsewhere = rows("a>ann", "b>bob").map((row) => ({
      ...row,
      aliasKey: row.aliasKey?.replace("x.", "y.") ?? null,
    }));
    const store = wanting([...rows("a>ann", "b>bob", "a>ann"), ...elsewhere]);
    store.markInternal([{ key: "other.example", name: "other.example" }]);
    expect([...store.internalDomains()]).toEqual([{ name: "X.example", aliases: 2 }]);
    expect(store.externalDomains(5)).toEqual({ domains: [{ name: "y.example", aliases: 2 }], count: 1 });
    store.compare();
    expect(told(store).slice(3)).toEqual(["2 not-checkable", "3 not-checkable"]);
  });

  it("aliases with several primaries in the input are counted", () => {
    expect(wanting(rows("a>ann", "a>ann", "b>bob", "b>carl")).ambiguousCount()).toBe(1);
  });

  it("addresses with unstorable characters are accepted", () => {
    const store = wanting(rows("a>ann"));
    expect(
      store.addListed([
        { key: "\ud800a@x.example", alias: true },
        { key: "\0@x.example", alias: true },
      ]),
    ).toBe(0);
    store.compare();
    expect(told(store)).toEqual(["2 absent"]);
  });
});

describe("the end of a verification", () => {
  it("a verification leaves no file", () => {
    const folder = temporaryFolder();
    const store = VerifyStore.open(folder, newRunFolder(folder));
    store.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("the next verification or run removes the files of a killed one, but not of a live one", () => {
    const folder = temporaryFolder();
    const alive = newRunFolder(folder);
    const store = VerifyStore.open(folder, alive);
    onTestFinished(() => store.discard());
    const dead = newRunFolder(folder);
    const again = newRunFolder(folder);
    for (const ghost of [dead, again]) {
      mkdirSync(ghost);
      copyFileSync(join(alive, "verify.db"), join(ghost, "verify.db"));
      writeFileSync(join(ghost, "verify.csv.part"), "line,");
      if (ghost === dead) Ledger.open(folder, CORP).close();
      else VerifyStore.open(folder, newRunFolder(folder)).discard();
      expect(existsSync(ghost)).toBe(false);
    }
    expect(existsSync(join(alive, "verify.db"))).toBe(true);
  });

  it("a folder that can't be written is a RunError", () => {
    expect(() => VerifyStore.open("/dev/null", "/dev/null/x")).toThrow(RunError);
  });
});
