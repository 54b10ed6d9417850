import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeyList, Page } from "../../src/domain/response.ts";
import { RunError } from "../../src/domain/run-error.ts";
import { readCompleteList, readPages } from "../../src/engine/list-reader.ts";
import { Shutdown, StoppedError } from "../../src/engine/shutdown.ts";
import { page, passed, readsOf, troubled } from "./scripted-reads.ts";

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
      onPage: async (items: readonly string[]) => void taken.push(...items),
      countMismatch: () => contradiction,
    };
  };
  const list = { what: "group 'A'", items: "members", pageSize: 2, keyOf, openKeys, begin };
  const end = await readCompleteList(list, readsOf().reader, (why) => again.push(why)).catch(
    (error: unknown) => error,
  );
  return { end, taken, again, begun };
}

describe("a complete list", () => {
  it("a list is read once if its count matches or is not given", async () => {
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

  it("a list without a countMismatch function is accepted", async () => {
    const begin = () => ({ call: async () => page(["a"], undefined, 1), onPage: () => undefined });
    const list = { what: "group 'A'", items: "members", pageSize: 2, keyOf, openKeys, begin };
    expect(await readCompleteList(list, readsOf().reader, () => undefined)).toBe(1);
  });

  it("a list is read again if totalCount changes between any two pages", async () => {
    const grown = [{ items: ["a", "b"], totalCount: 2 }, { items: [] }, { items: ["c"], totalCount: 3 }];
    const still = [{ items: ["a", "b"], totalCount: 3 }, { items: ["c"] }];
    expect(await reading([grown, still])).toMatchObject({
      end: 3,
      taken: ["a", "b", "c"],
      again: ["page 3: totalCount is 3 here, and was 2 on page 2"],
      begun: 2,
    });
  });

  it("a list is read again if a member was removed and another one is missing", async () => {
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

  it("a list is read again if an item came twice, even without a count", async () => {
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

  it("a list may contain several items without a key", async () => {
    expect(await reading([[{ items: ["", ""], totalCount: 2 }]])).toMatchObject({ end: 2, begun: 1 });
  });

  it("a reading ends as soon as it exceeds totalCount by more than a page", async () => {
    const endless = Array.from({ length: 50 }, (_, index) => ({
      items: [`a${index}`, `b${index}`],
      totalCount: 3,
    }));
    expect(await reading([endless, [{ items: ["a"], totalCount: 1 }]])).toMatchObject({
      end: 1,
      again: ["page 3: 6 members were read, more than a page beyond totalCount, which is 3"],
    });
  });

  it("a list that repeats itself without a count is abandoned before it is twice as long", async () => {
    const items = Array.from({ length: 4_000 }, (_, index) => `m${index}`);
    const endless = Array.from({ length: 100 }, () => ({ items }));
    const unique = Array.from({ length: 6 }, (_, at) => ({ items: items.map((item) => `${at} ${item}`) }));
    expect(await reading([endless, unique])).toMatchObject({
      end: 24_000,
      again: ["page 3: m0 came twice among the members"],
    });
  });

  it("a list is read again if its count differs, and only the second reading counts", async () => {
    const first = [{ items: ["a", "gone"], totalCount: 1 }];
    const second = [{ items: ["a"], totalCount: 1 }];
    expect(await reading([first, second])).toEqual({
      end: 1,
      taken: ["a"],
      again: ["page 1: it is the last one, and 2 members were read, but totalCount is 1"],
      begun: 2,
    });
  });

  it("a list fails after five readings that contradict the count", async () => {
    const pages = [{ items: ["a", "b"] }, { items: ["c"], totalCount: 4 }];
    const { end, begun } = await reading([pages, pages, pages, pages, pages, []]);
    expect(begun).toBe(5);
    expect(end).toMatchObject({
      name: "RunError",
      kind: "incomplete",
      message:
        "group 'A', page 2: it is the last one, and 3 members were read, but totalCount is 4, also when read again: none of 5 readings was complete. Run the same command again when fewer changes are made",
    });
  });

  it("countMismatch can reject a reading, and is called only if totalCount matches", async () => {
    const pages = [{ items: ["a"], totalCount: 1 }];
    expect(await reading([pages, pages], ["userCount is 7"])).toMatchObject({
      end: 1,
      again: ["page 1: it is the last one, and userCount is 7"],
      begun: 2,
    });
  });
});

/** A list whose page N (from 0) is found under the token `tN`; pages may be empty. */
function listOf<T>(pages: readonly (readonly T[])[]) {
  const asked: (string | undefined)[] = [];
  const call = async ({ token }: { readonly token?: string | undefined }) => {
    asked.push(token);
    const at = token === undefined ? 0 : Number(token.slice(1));
    return page(pages[at] ?? [], at + 1 < pages.length ? `t${at + 1}` : undefined);
  };
  return { call, asked };
}

async function all<T>(pages: AsyncIterable<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for await (const { items: more } of pages) items.push(...more);
  return items;
}

describe("a list", () => {
  it("a list is read completely and in order, however its items are split into pages", async () => {
    const lists = fc.array(fc.array(fc.integer(), { maxLength: 5 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lists, async (pages) => {
        const { call, asked } = listOf(pages);
        expect(await all(readPages("list", 5, readsOf().reader, call))).toEqual(pages.flat());
        expect(asked).toHaveLength(pages.length);
      }),
    );
  });

  it("each request has the page size, and pages are numbered", async () => {
    const sizes: number[] = [];
    const call = async ({ pageSize, token }: { pageSize: number; token?: string | undefined }) => {
      sizes.push(pageSize);
      return page([1], token === undefined ? "t" : undefined, 2);
    };
    const numbers: number[] = [];
    for await (const { number, totalCount } of readPages("list", 50, readsOf().reader, call)) {
      numbers.push(number);
      expect(totalCount).toBe(2);
    }
    expect([sizes, numbers]).toEqual([
      [50, 50],
      [1, 2],
    ]);
  });

  it("at most one page is requested ahead", async () => {
    const { call, asked } = listOf([[1], [2], [3], [4]]);
    const pages = readPages("list", 5, readsOf().reader, call);
    await pages.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([undefined, "t1"]);
    await pages.return();
  });

  it("a failed page is retried", async () => {
    let failures = 2;
    const { call } = listOf([[1], [2]]);
    const flaky = async (request: { readonly token?: string | undefined }) =>
      request.token === "t1" && failures-- > 0 ? troubled("indeterminate") : await call(request);
    const { reader, retried } = readsOf();
    expect(await all(readPages("list", 5, reader, flaky))).toEqual([1, 2]);
    expect(retried).toEqual(["list, page 2", "list, page 2"]);
  });

  it("a page that can't be read ends the list with its number and the reason", async () => {
    const call = async ({ token }: { readonly token?: string | undefined }) =>
      token === undefined ? page([1], "t") : troubled("rejected");
    const read = all(readPages("list", 5, readsOf().reader, call));
    await expect(read).rejects.toEqual(
      new RunError("incomplete", "list, page 2: some_code: some words, after 6 attempts"),
    );
    await expect(read).rejects.toMatchObject({ name: "RunError", kind: "incomplete" });
    const at = all(readPages("list", 5, readsOf().reader, async () => troubled("rejected", false)));
    await expect(at).rejects.toThrow(/^list, page 1: some_code: some words$/);
  });

  it("a list without any answer ends as unreachable, and a denied one as refused", async () => {
    const silent = all(readPages("list", 5, readsOf().reader, async () => troubled("indeterminate")));
    await expect(silent).rejects.toMatchObject({ name: "RunError", kind: "unreachable" });

    const { reader } = readsOf({ retry: { maxAttempts: 2, baseMs: 1, ceilingMs: 1 } });
    const call = async ({ token }: { readonly token?: string | undefined }) => {
      if (token === undefined) return page([1], "t");
      // The lane is free again before the refusal is looked at, or the other would wait for it.
      queueMicrotask(() => void reader.read("other", async () => passed(0)));
      return troubled("access-denied");
    };
    const refused = all(readPages("list", 5, reader, call));
    await expect(refused).rejects.toMatchObject({ name: "RunError", kind: "refused" });
  });

  it.each([
    ["leads to itself", ["a", "a"]],
    ["goes round in circles", ["a", "b", "c", "a"]],
  ])("a list ends with an error if a token %s", async (_title, tokens) => {
    let at = 0;
    const call = async () => page([at], tokens[at++ % tokens.length]);
    await expect(all(readPages("list", 5, readsOf().reader, call))).rejects.toMatchObject({
      kind: "incomplete",
      message: expect.stringContaining(
        `page ${tokens.length}: its token for the next page repeats an earlier one`,
      ),
    });
  });

  it("a thousand consecutive empty pages end the list with an error", async () => {
    let at = 0;
    const call = async () => page<number>(at === 0 ? [1] : [], `t${at++}`);
    await expect(all(readPages("list", 5, readsOf().reader, call))).rejects.toMatchObject({
      kind: "incomplete",
      message: expect.stringContaining("page 1001: it is empty, like the 999 pages before it"),
    });
  });

  it("a list of ten million items with a next page ends with an error, even with new tokens", async () => {
    let at = 0;
    const items = Array.from({ length: 1_000_000 }, () => 0);
    const read = async () => {
      for await (const _ of readPages("list", 5, readsOf().reader, async () => page(items, `t${at++}`)));
    };
    await expect(read()).rejects.toMatchObject({
      kind: "incomplete",
      message:
        "list, page 11: 11000000 items were read, and there is a next page, so the list does not seem to end",
    });
  });

  it("a list far beyond its totalCount with a next page ends with an error", async () => {
    let at = 0;
    const items = Array.from({ length: 500 }, () => 0);
    const read = all(readPages("list", 500, readsOf().reader, async () => page(items, `t${at++}`, 7)));
    await expect(read).rejects.toMatchObject({
      kind: "incomplete",
      message: expect.stringMatching(
        /^list, page 21: 10500 items were read, and totalCount is 7, and there is a next/,
      ),
    });
  });

  it("a list ends after a hundred thousand pages with advice on how to read one that long", async () => {
    let at = 0;
    const read = async () => {
      for await (const _ of readPages("list", 1, readsOf().reader, async () => page([0], `t${at++}`)));
    };
    await expect(read()).rejects.toThrow(
      /page 100000: there is a page after these 100000, .* larger page size$/,
    );
  });

  it("reading ends when the run stops, even before the first page", async () => {
    const shutdown = new Shutdown();
    const { reader } = readsOf({}, shutdown);
    const { call } = listOf([[1], [2], [3]]);
    const pages = readPages("list", 5, reader, call);
    await pages.next();
    shutdown.drainNow({ kind: "signal", signal: "SIGINT", message: "by SIGINT" });
    await expect(all(pages)).rejects.toBeInstanceOf(StoppedError);
    const late = readPages("list", 5, reader, async () =>
      passed({ items: [], next: undefined, totalCount: 0 }),
    );
    await expect(all(late)).rejects.toBeInstanceOf(StoppedError);
  });
});
