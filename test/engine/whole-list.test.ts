import { describe, expect, it } from "vitest";
import { readWhole } from "../../src/engine/whole-list.ts";
import { page, readsOf } from "./scripted-reads.ts";

interface Answer {
  readonly items: readonly string[];
  readonly totalCount?: number;
}

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
  const list = { what: "group 'A'", items: "members", pageSize: 2, begin };
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
    const list = { what: "group 'A'", items: "members", pageSize: 2, begin };
    expect(await readWhole(list, readsOf().reads, () => undefined)).toBe(1);
  });

  it("may grow while it is read: the latest count is the one that must be true, told on whichever page", async () => {
    const grown = [{ items: ["a", "b"], totalCount: 2 }, { items: ["c"], totalCount: 3 }, { items: [] }];
    expect(await reading([grown])).toMatchObject({ end: 3, begun: 1 });
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

  it("can't be had where both readings contradict the count", async () => {
    const pages = [{ items: ["a", "b"] }, { items: ["c"], totalCount: 4 }];
    const { end, begun } = await reading([pages, pages]);
    expect(begun).toBe(2);
    expect(end).toMatchObject({
      name: "RunError",
      kind: "incomplete",
      message:
        "group 'A', page 2: it is the last one, and 3 members were read, but totalCount is 4, also when read again",
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
