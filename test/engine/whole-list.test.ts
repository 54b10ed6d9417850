import { describe, expect, it } from "vitest";
import type { KeyList } from "../../src/domain/page.ts";
import { readWhole } from "../../src/engine/whole-list.ts";
import { page, readsOf } from "./scripted-reads.ts";

interface Answer {
  readonly items: readonly string[];
  readonly totalCount?: number;
}

/** Keys in memory, as a list of a few items needs no disk. */
function openKeys(): KeyList {
  const all: string[] = [];
  return {
    add: (keys) => void all.push(...keys),
    repeated: () => all.find((key, index) => all.indexOf(key) < index),
    close: () => undefined,
  };
}

const keyOf = (item: string): string | undefined => (item === "" ? undefined : item);

/** A list each of whose readings finds these pages. */
async function reading(
  readings: readonly (readonly Answer[])[],
  contradictions: readonly (string | undefined)[] = [],
) {
  let taken: string[] = [];
  const again: string[] = [];
  let begun = 0;
  const begin = async () => {
    const pages = readings[begun] ?? [];
    const contradiction = contradictions[begun];
    begun += 1;
    taken = [];
    return {
      call: async ({ token = "0" }: { readonly token?: string | undefined }) => {
        const at = Number(token);
        const { items, totalCount } = pages[at] ?? { items: [] };
        return page(items, at + 1 < pages.length ? String(at + 1) : undefined, totalCount);
      },
      take: async (items: readonly string[]) => void taken.push(...items),
      contradiction: () => contradiction,
    };
  };
  const list = { what: "group 'A'", items: "members", pageSize: 2, keyOf, openKeys, begin };
  const end = await readWhole(list, readsOf().reads, (why) => again.push(why)).catch(
    (error: unknown) => error,
  );
  return { end, taken, again, begun };
}

describe("a list of which nothing may be missing", () => {
  it("is read once where its count is what was read, or is not told", async () => {
    const told = await reading([
      [
        { items: ["a", "b"], totalCount: 3 },
        { items: ["c"], totalCount: 3 },
      ],
    ]);
    expect(told).toEqual({ end: 3, taken: ["a", "b", "c"], again: [], begun: 1 });
    const untold = await reading([[{ items: ["a", "b"] }, { items: ["c"] }]]);
    expect(untold).toEqual({ end: 3, taken: ["a", "b", "c"], again: [], begun: 1 });
  });

  it("needs nobody who could contradict it", async () => {
    const begin = () => ({ call: async () => page(["a"], undefined, 1), take: () => undefined });
    const list = { what: "group 'A'", items: "members", pageSize: 2, keyOf, openKeys, begin };
    expect(await readWhole(list, readsOf().reads, () => undefined)).toBe(1);
  });

  it("is read again where its count changes from one page to the next, told on whichever page", async () => {
    const grown = [{ items: ["a", "b"], totalCount: 2 }, { items: [] }, { items: ["c"], totalCount: 3 }];
    const still = [{ items: ["a", "b"], totalCount: 3 }, { items: ["c"] }];
    expect(await reading([grown, still])).toMatchObject({
      end: 3,
      taken: ["a", "b", "c"],
      again: ["page 3: totalCount is 3 here, and was 2 on page 2"],
      begun: 2,
    });
  });

  it("is read again where a member left and another one was never received", async () => {
    const shrunk = [
      { items: ["a", "b"], totalCount: 4 },
      { items: ["d"], totalCount: 3 },
    ];
    const still = [
      { items: ["b", "c"], totalCount: 3 },
      { items: ["d"], totalCount: 3 },
    ];
    expect(await reading([shrunk, still])).toMatchObject({ end: 3, taken: ["b", "c", "d"], begun: 2 });
  });

  it("is read again where one item came twice in the place of another, also without a count", async () => {
    for (const count of [{ totalCount: 3 }, {}]) {
      const repeated = [
        { items: ["a", "b"], ...count },
        { items: ["b"], ...count },
      ];
      const still = [
        { items: ["a", "b"], ...count },
        { items: ["c"], ...count },
      ];
      expect(await reading([repeated, still])).toMatchObject({
        end: 3,
        taken: ["a", "b", "c"],
        again: ["page 2: it is the last one, and b came twice among the members"],
      });
    }
  });

  it("may hold several items that nothing tells apart", async () => {
    expect(await reading([[{ items: ["", ""], totalCount: 2 }]])).toMatchObject({ end: 2, begun: 1 });
  });

  it("is given up by a reading as soon as more than a page too many have come", async () => {
    const endless = Array.from({ length: 50 }, (_, index) => ({
      items: [`a${index}`, `b${index}`],
      totalCount: 3,
    }));
    expect(await reading([endless, [{ items: ["a"], totalCount: 1 }]])).toMatchObject({
      end: 1,
      again: ["page 3: 6 members have come, more than a page beyond totalCount, which is 3"],
    });
  });

  it("that begins again without a count is given up before it is twice as long", async () => {
    const items = Array.from({ length: 4_000 }, (_, index) => `m${index}`);
    const endless = Array.from({ length: 100 }, () => ({ items }));
    const unique = Array.from({ length: 6 }, (_, at) => ({ items: items.map((item) => `${at} ${item}`) }));
    expect(await reading([endless, unique])).toMatchObject({
      end: 24_000,
      again: ["page 3: m0 came twice among the members"],
    });
  });

  it("is read once more where its count is another, and only the second reading counts", async () => {
    const first = [{ items: ["a", "gone"], totalCount: 1 }];
    const second = [{ items: ["a"], totalCount: 1 }];
    expect(await reading([first, second])).toEqual({
      end: 1,
      taken: ["a"],
      again: ["page 1: it is the last one, and 2 members were read, but totalCount is 1"],
      begun: 2,
    });
  });

  it("can't be read where each of five readings contradicts the count", async () => {
    const pages = [{ items: ["a", "b"] }, { items: ["c"], totalCount: 4 }];
    const { end, begun } = await reading([pages, pages, pages, pages, pages, []]);
    expect(begun).toBe(5);
    expect(end).toMatchObject({
      name: "RunError",
      kind: "incomplete",
      message:
        "group 'A', page 2: it is the last one, and 3 members were read, but totalCount is 4, also when read again: none of 5 readings was whole. Run the same command again at a quieter time",
    });
  });

  it("can be contradicted by what else the API says of it, which is asked only where totalCount is true", async () => {
    const pages = [{ items: ["a"], totalCount: 1 }];
    expect(await reading([pages, pages], ["userCount is 7"])).toMatchObject({
      end: 1,
      again: ["page 1: it is the last one, and userCount is 7"],
      begun: 2,
    });
  });
});
