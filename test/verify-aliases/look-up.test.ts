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
    ["as it counts nothing", [[2, 1, undefined]]],
    [
      "as it counts each page",
      [
        [2, 1, 3],
        [1, 1, 2],
        [0, 0, 0],
      ],
    ],
    [
      "as it counts the whole list",
      [
        [2, 1, 5],
        [1, 1, 5],
      ],
    ],
    [
      "as it counts each page without aliases",
      [
        [2, 1, 2],
        [1, 1, 1],
      ],
    ],
    [
      "as it counts the whole list without aliases",
      [
        [2, 1, 3],
        [1, 1, 3],
      ],
    ],
    [
      "as its last count has those who joined meanwhile",
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
      "as the list ended early",
      [
        [2, 1, 6],
        [1, 1, 6],
      ],
    ],
    ["as the only page lacks one", [[2, 1, 4]]],
    [
      "as one of the pages lacks one",
      [
        [2, 1, 3],
        [1, 1, 3],
        [2, 1, 3],
      ],
    ],
    ["as it counts less than there is", [[4, 1, 3]]],
  ])("%s", (_title, pages) => {
    expect(contradictionOf(pages)).toMatch(/addresses were read, .* but userCount is \d/);
  });
});
