import { describe, expect, it } from "vitest";
import { UserCountCheck } from "../../src/verify-aliases/look-up.ts";

/** A page of so many users that are no aliases, and so many that are. */
type Page = readonly [primaries: number, aliases: number, userCount: number | undefined];

function contradictionOf(pages: readonly Page[]): string | undefined {
  const tally = new UserCountCheck();
  for (const [primaries, aliases, userCount] of pages) {
    const items = [
      ...Array.from({ length: primaries }, () => ({ emailAddress: "ann@x.example", alias: false })),
      ...Array.from({ length: aliases }, () => ({ emailAddress: "bob@x.example", alias: true })),
    ];
    tally.add({ items, userCount });
  }
  return tally.mismatch();
}

describe("a userCount that matches the pages", () => {
  it.each<[string, readonly Page[]]>([
    ["counts nothing", [[2, 1, undefined]]],
    [
      "counts each page",
      [
        [2, 1, 3],
        [1, 1, 2],
        [0, 0, 0],
      ],
    ],
    [
      "counts the whole list",
      [
        [2, 1, 5],
        [1, 1, 5],
      ],
    ],
    [
      "counts each page without aliases",
      [
        [2, 1, 2],
        [1, 1, 1],
      ],
    ],
    [
      "counts the whole list without aliases",
      [
        [2, 1, 3],
        [1, 1, 3],
      ],
    ],
    [
      "includes users who were added meanwhile",
      [
        [2, 1, 4],
        [1, 1, 5],
      ],
    ],
    [
      "where an empty page has no count",
      [
        [2, 1, 5],
        [0, 0, undefined],
        [1, 1, 5],
      ],
    ],
  ])("%s", (_title, pages) => {
    expect(contradictionOf(pages)).toBeUndefined();
  });
});

describe("a userCount that contradicts the pages", () => {
  it.each<[string, readonly Page[]]>([
    [
      "counts a list that ended early",
      [
        [2, 1, 6],
        [1, 1, 6],
      ],
    ],
    ["counts one more than the only page has", [[2, 1, 4]]],
    [
      "counts pages of which one lacks an item",
      [
        [2, 1, 3],
        [1, 1, 3],
        [2, 1, 3],
      ],
    ],
    ["counts fewer than the page has", [[4, 1, 3]]],
  ])("%s", (_title, pages) => {
    expect(contradictionOf(pages)).toMatch(/addresses were read, .* but userCount is \d/);
  });
});
