import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { RunError } from "../../src/domain/run-error.ts";
import {
  type DirectoryContent,
  pageQuirksSchema,
  parseDirectory,
} from "../../src/simulator/directory/directory-file.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import { bodyOf, call, pair, simulatorFor } from "./running-simulator.ts";

const DOCS = new URL("../../docs/simulator.md", import.meta.url);
const GROUPS = "/api/directory/find-groups";
const MEMBERS = "/api/directory/get-group-members";
const USERS = "/api/user/get-internal-users";
const DOMAINS = "/api/domain/get-internal-domain";

const pageShape = z.object({
  fail: z.array(z.unknown()),
  meta: z.object({
    status: z.literal(200),
    pagination: z.object({
      pageSize: z.number(),
      next: z.string().optional(),
      totalCount: z.number().optional(),
    }),
  }),
  data: z.array(z.record(z.string(), z.unknown())),
});

interface Asked {
  readonly item?: object;
  readonly pageSize?: number;
  readonly pageToken?: string | undefined;
}

async function pageOf(simulator: Simulator, path: string, { item = {}, ...pagination }: Asked) {
  const { json } = await call(simulator, JSON.stringify({ meta: { pagination }, data: [item] }), path);
  const { meta, data } = pageShape.parse(json);
  return { ...meta.pagination, data };
}

/** Returns all pages of a list, at most twenty. */
async function pagesOf(simulator: Simulator, path: string, item: object, pageSize = 500) {
  const pages = [await pageOf(simulator, path, { item, pageSize })];
  for (let next = pages[0]?.next; next !== undefined && pages.length < 20; next = pages.at(-1)?.next) {
    pages.push(await pageOf(simulator, path, { item, pageSize, pageToken: next }));
  }
  return pages;
}

const members = z.object({ groupMembers: z.array(z.object({ emailAddress: z.string() })) });
function addressesIn(data: readonly unknown[]): string[] {
  return data.flatMap((entry) => members.parse(entry).groupMembers).map(({ emailAddress }) => emailAddress);
}

async function withGroup(group: Omit<NonNullable<DirectoryContent["groups"]>[number], "name" | "id">) {
  const simulator = await simulatorFor({ directory: { groups: [{ name: "G", id: "g", ...group }] } });
  const sizes = async (pageSize = 500) =>
    (await pagesOf(simulator, MEMBERS, { id: "g" }, pageSize)).map((page) => page.pageSize);
  return { simulator, sizes };
}

/** Returns the numbers of the generated members on a page, as `3 4`. */
function numbersIn(data: unknown): string {
  return [...JSON.stringify(data).matchAll(/"Member (\d+)"/g)].map(([, number]) => number).join(" ");
}

describe("members of a group", () => {
  test("members come in pages of the requested size, each once and in order", async () => {
    const { simulator, sizes } = await withGroup({ members: 25 });
    expect(await sizes(10)).toEqual([10, 10, 5]);
    const pages = await pagesOf(simulator, MEMBERS, { id: "g" }, 10);
    const expected = Array.from({ length: 25 }, (_, index) => `member${index + 1}@company.example`);
    expect(pages.flatMap(({ data }) => addressesIn(data))).toEqual(expected);
    expect(pages.map(({ totalCount }) => totalCount)).toEqual([25, 25, 25]);
  });

  test("members end silently at 999 without a page size", async () => {
    const { simulator } = await withGroup({ members: 1_000_000 });
    const page = await pageOf(simulator, MEMBERS, { item: { id: "g" } });
    expect([page.pageSize, page.next]).toEqual([999, undefined]);
  });

  test("members come at most 500 to a page", async () => {
    const { simulator } = await withGroup({ members: 1_000_000 });
    expect((await pageOf(simulator, MEMBERS, { item: { id: "g" }, pageSize: 900 })).pageSize).toBe(500);
  });

  test("an empty group is one page without a next one", async () => {
    const { sizes } = await withGroup({ members: 0 });
    expect(await sizes()).toEqual([0]);
  });

  test.each([
    ["emptyPages", { emptyPages: [2] }, [10, 0, 10, 5]],
    ["emptyPages at the end", { emptyPages: [4] }, [10, 10, 5, 0]],
    ["noData", { noData: [1] }, [0, 10, 10, 5]],
    ["maxPerPage", { maxPerPage: 9 }, [9, 9, 7]],
  ])("the quirk %s changes the sizes of pages", async (_name, quirks, expected) => {
    const { sizes } = await withGroup({ members: 25, quirks });
    expect(await sizes(10)).toEqual(expected);
  });

  test("the quirk noData gives a page without an entry", async () => {
    const { simulator } = await withGroup({ members: 5, quirks: { noData: [1] } });
    expect((await pageOf(simulator, MEMBERS, { item: { id: "g" }, pageSize: 10 })).data).toEqual([]);
  });

  test("the quirk repeatsTokenAt repeats a token endlessly", async () => {
    const { simulator } = await withGroup({ members: 100, quirks: { repeatsTokenAt: 2 } });
    const pages = await pagesOf(simulator, MEMBERS, { id: "g" }, 10);
    expect(pages).toHaveLength(20);
    expect(new Set(pages.map(({ next }) => next)).size).toBe(1);
  });

  test("totalCount is wrong for totalCountReads reads, or absent", async () => {
    const wrong = await withGroup({ members: 3, quirks: { totalCount: 7, totalCountReads: 1 } });
    const counts = async () =>
      (await pagesOf(wrong.simulator, MEMBERS, { id: "g" }, 2)).map((page) => page.totalCount);
    expect(await counts()).toEqual([7, 7]);
    expect(await counts()).toEqual([3, 3]);
    const absent = await withGroup({ members: 3, quirks: { totalCount: "absent" } });
    expect(await pageOf(absent.simulator, MEMBERS, { item: { id: "g" } })).not.toHaveProperty("totalCount");
  });

  test.each([
    ["a member leaves", { leavesAfter: 1 }, ["1 2", "4 5"], [5, 4]],
    ["a member joins", { joinsAfter: 1 }, ["1 2", "2 3", "4 5"], [5, 6, 6]],
    ["a member comes twice", { repeatsItemAt: 2 }, ["1 2", "2 4", "5"], [5, 5, 5]],
  ])("pages show that %s during the first restlessReads reads", async (_title, quirks, expected, counts) => {
    const { simulator } = await withGroup({ members: 5, quirks: { ...quirks, restlessReads: 1 } });
    const read = async () => {
      const pages = await pagesOf(simulator, MEMBERS, { id: "g" }, 2);
      return {
        numbers: pages.map(({ data }) => numbersIn(data)),
        counts: pages.map((page) => page.totalCount),
      };
    };
    expect(await read()).toEqual({ numbers: expected, counts });
    expect(await read()).toEqual({ numbers: ["1 2", "3 4", "5"], counts: [5, 5, 5] });
  });

  test("the quirk endless continues the list with a new token each time", async () => {
    const { simulator } = await withGroup({ members: 3, quirks: { endless: true } });
    const pages = await pagesOf(simulator, MEMBERS, { id: "g" }, 2);
    expect(pages.slice(0, 4).map(({ data }) => numbersIn(data))).toEqual(["1 2", "3", "1 2", "3"]);
    expect(new Set(pages.map(({ next }) => next)).size).toBe(pages.length);
  });

  test("a truncated group id is answered 400 with an empty body", async () => {
    const { simulator } = await withGroup({ members: 3 });
    const answer = await call(simulator, bodyOf({ id: "" }), MEMBERS);
    expect([answer.status, answer.text]).toEqual([400, ""]);
  });

  test("the token of another list is refused", async () => {
    const directory = { groups: ["a", "b"].map((id) => ({ name: id, id, members: 9 })) };
    const simulator = await simulatorFor({ directory });
    const { next } = await pageOf(simulator, MEMBERS, { item: { id: "a" }, pageSize: 5 });
    const body = { meta: { pagination: { pageSize: 5, pageToken: next } }, data: [{ id: "b" }] };
    expect((await call(simulator, JSON.stringify(body), MEMBERS)).status).toBe(400);
  });

  test("members have the fields that the file gives", async () => {
    const scripted = [
      { emailAddress: "", domain: "partner.example", internal: false, type: "something_new", notes: "n" },
    ];
    const { simulator } = await withGroup({ members: scripted });
    const { data } = await pageOf(simulator, MEMBERS, { item: { id: "g" }, pageSize: 1 });
    expect(data).toEqual([{ groupMembers: [{ ...scripted[0], name: "" }] }]);
  });

  test("a group fault hits its page as many times as it says", async () => {
    const { simulator } = await withGroup({ members: 25 });
    simulator.setFaults([{ group: "G", page: 2, times: 1, kind: "status", status: 503 }]);
    const { next } = await pageOf(simulator, MEMBERS, { item: { id: "g" }, pageSize: 10 });
    const second = JSON.stringify({
      meta: { pagination: { pageSize: 10, pageToken: next } },
      data: [{ id: "g" }],
    });
    expect((await call(simulator, second, MEMBERS)).status).toBe(503);
    expect((await call(simulator, second, MEMBERS)).status).toBe(200);
    simulator.setFaults([{ group: "G", kind: "fail", code: "err_some" }]);
    expect((await call(simulator, second, MEMBERS)).json).toMatchObject({
      fail: [{ errors: [{ code: "err_some", retryable: false }] }],
      data: [],
    });
  });
});

describe("groups", () => {
  const directory: DirectoryContent = {
    groups: [
      { name: "Sales", members: 3, listedTwice: true },
      { name: "Presales", members: 0, userCount: 9 },
      { name: "Sales", members: 1, source: "ldap" },
    ],
  };
  const folders = z.array(z.object({ folders: z.array(z.record(z.string(), z.unknown())) }));

  test("find-groups lists the groups of one source whose name contains the query", async () => {
    const simulator = await simulatorFor({ directory });
    const found = async (item: object) =>
      folders
        .parse((await pageOf(simulator, GROUPS, { item, pageSize: 10 })).data)
        .flatMap((entry) => entry.folders)
        .map(({ description, source, userCount }) => [description, source, userCount]);
    expect(await found({ query: "PRE" })).toEqual([["Presales", "cloud", 9]]);
    expect(await found({ source: "ldap" })).toEqual([["Sales", "ldap", 1]]);
    expect(await found({})).toEqual([
      ["Sales", "cloud", 3],
      ["Presales", "cloud", 9],
      ["Sales", "cloud", 3],
    ]);
  });

  test("groups of the same name have different ids of 250 characters", async () => {
    const simulator = await simulatorFor({
      directory: { groups: [1, 2].map(() => ({ name: "A", members: 0 })) },
    });
    const { data } = await pageOf(simulator, GROUPS, { pageSize: 10 });
    const ids = folders.parse(data).flatMap((entry) => entry.folders.map(({ id }) => String(id)));
    expect(new Set(ids).size).toBe(2);
    expect(ids.map((id) => id.length)).toEqual([250, 250]);
  });
});

describe("internal users", () => {
  const users = z.array(z.object({ users: z.array(z.record(z.string(), z.unknown())) }));

  test("internal users are the aliases that were set, their primaries, and generated ones", async () => {
    const directory = { domains: [{ domain: "new.example", users: 1, aliases: 1 }] };
    const simulator = await simulatorFor({ directory });
    await call(simulator, bodyOf(pair("ann@old.example"), pair("a.m@new.example")));
    const found = async (domain: string) =>
      (await pagesOf(simulator, USERS, { domain }, 2))
        .flatMap(({ data }) => users.parse(data).flatMap((entry) => entry.users))
        .map(({ emailAddress, alias }) => [emailAddress, alias]);
    expect(await found("OLD.example")).toEqual([["ann@old.example", true]]);
    expect(await found("new.example")).toEqual([
      ["a.m@new.example", true],
      ["ann@new.example", false],
      ["user1@new.example", false],
      ["alias1@new.example", true],
    ]);
    await call(simulator, bodyOf(pair("late@old.example")));
    expect(await found("old.example")).toHaveLength(2);
    const { json } = await call(simulator, bodyOf(), DOMAINS);
    expect(json).toMatchObject({ data: [{ domain: "new.example" }, { domain: "old.example" }] });
    const elsewhere = await call(simulator, bodyOf({ domain: "else.example" }), USERS);
    expect(elsewhere.json).toMatchObject({ fail: [{ errors: [{ code: "sim_domain" }] }] });
  });
});

describe("a groups file", () => {
  const problems = (value: unknown): string => {
    try {
      parseDirectory(JSON.stringify(value), "groups.json");
    } catch (error) {
      if (error instanceof RunError && error.kind === "input") return error.message;
      throw error;
    }
    throw new Error("The file was accepted");
  };

  test("the documentation's example is a valid groups file", async () => {
    const text = await readFile(DOCS, "utf8");
    const [, example = ""] = /```json\n(\{.*?)```/s.exec(text) ?? [];
    expect(parseDirectory(example, "docs/simulator.md").groups).toHaveLength(2);
    for (const quirk of Object.keys(pageQuirksSchema.shape)) expect(text).toContain(`| \`${quirk}\` |`);
  });

  test("a groups file is refused with every problem and its place", () => {
    const lines = problems({
      groups: [{ name: "", members: -1, source: "ad", quirks: { emptyPages: [0] } }, { member: [] }],
      domains: {},
    }).split("\n");
    expect(lines).toEqual([
      "groups.json can't be used as a groups file:",
      '  .groups[0].name: found "", expected a text that is not empty',
      '  .groups[0].source: found "ad", expected "cloud" or "ldap"',
      "  .groups[0].members: found -1, expected a whole number from 0",
      "  .groups[0].quirks.emptyPages[0]: found 0, expected a page's number, from 1",
      "  .groups[1].name: found nothing, expected a text",
      "  .groups[1].members: found nothing, expected a whole number, or a list of members",
      "  .groups[1].member: found a field that such a file does not have",
      "  .domains: found {}, expected a list of internal domains",
      expect.stringContaining("Fix the file"),
    ]);
  });

  test("a groups file that contains a list is refused", () => {
    expect(problems([])).toContain("the file: found [], expected an object");
  });
});
