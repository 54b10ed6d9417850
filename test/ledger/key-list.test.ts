import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openKeyList } from "../../src/ledger/key-list.ts";
import { temporaryFolder } from "./parts.ts";

const MANY = 45_000;

function keysUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `member${index}@x.example`);
}

describe("a list of keys", () => {
  it.each([0, 1, 20_000, 20_001, MANY])("finds no repeated key among %i distinct keys", (count) => {
    const list = openKeyList(temporaryFolder());
    const keys = keysUpTo(count);
    for (let from = 0; from < count; from += 500) list.add(keys.slice(from, from + 500));
    expect(list.repeated()).toBeUndefined();
    list.close();
  });

  it.each([
    ["in memory", 10, 3],
    ["after the keys moved to disk", MANY, MANY - 1],
    ["of which one is from before the keys moved to disk", MANY, 0],
  ])("finds a repeated key %s", (_title, count, at) => {
    const list = openKeyList(temporaryFolder());
    const keys = keysUpTo(count);
    for (let from = 0; from < count; from += 500) list.add(keys.slice(from, from + 500));
    list.add(keys.slice(at, at + 1));
    expect(list.repeated()).toBe(keys[at]);
    list.close();
  });

  it("remembers a repeated key from before the keys moved to disk", () => {
    const list = openKeyList(temporaryFolder());
    list.add(["a", "a"]);
    list.add(keysUpTo(MANY));
    expect(list.repeated()).toBe("a");
    list.close();
  });

  it("finds the same repeated keys as a set, for any keys and pages", () => {
    const folder = temporaryFolder();
    const key = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.integer({ min: 0, max: 400 }).map(String),
    );
    fc.assert(
      fc.property(fc.array(fc.array(key, { maxLength: 8 }), { maxLength: 8 }), (pages) => {
        const list = openKeyList(folder);
        for (const page of pages) list.add(page);
        const all = pages.flat();
        expect(list.repeated() !== undefined).toBe(new Set(all).size < all.length);
        list.close();
      }),
    );
  });

  it("a key list leaves no named file in its folder", () => {
    const folder = temporaryFolder();
    const list = openKeyList(folder);
    list.add(keysUpTo(MANY));
    expect(readdirSync(folder)).toEqual([]);
    list.close();
  });
});
