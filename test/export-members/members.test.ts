import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openInput } from "../../src/csv/open-input.ts";
import { exporting, withGroups } from "../support/exporting.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const AWKWARD = [
  'Robert "Bob" Stone',
  "Miller, Ann",
  "two\nlines",
  "three\r\nlines\rmore",
  "Zoë 🦊👩‍👩‍👧",
  "نور الهدى",
  "\u202eright to left\u202c",
  "=1+1",
  "+49 30 1234",
  "-",
  "@SUM(A1)",
  "'=escaped already",
  "\ttab",
  " space around ",
  ";|",
  "",
  "'",
];

const awkwardMembers = AWKWARD.map((name, index) => ({ emailAddress: `a${index}@x.example`, name }));

describe("an export", () => {
  test("has every member of every group, in order, under a header", async () => {
    const simulator = await withGroups([
      { name: "A", members: 1_234 },
      { name: "B", members: 0 },
      { name: "C", members: 3, source: "ldap" },
    ]);
    const { records, text, groups, members, calls } = await exporting(simulator, { pageSize: 100 });
    expect(text.split("\n")[0]).toBe("group,emailAddress,name,domain,internal,type");
    expect(records.map(({ group, emailAddress }) => `${group} ${emailAddress}`)).toEqual([
      ...Array.from({ length: 1_234 }, (_, index) => `A member${index + 1}@company.example`),
      ...Array.from({ length: 3 }, (_, index) => `C member${index + 1}@company.example`),
    ]);
    expect({ groups, members, calls }).toEqual({ groups: 3, members: 1_237, calls: 2 + 13 + 1 + 1 });
  });

  test("keeps members of unusual kinds as the API sends them", async () => {
    const simulator = await withGroups([
      {
        name: "A",
        members: [
          { emailAddress: "", domain: "partner.example", internal: false, name: "" },
          { emailAddress: "b@x.example", type: "something_new", notes: "a note" },
        ],
      },
    ]);
    const columns = ["emailAddress", "domain", "internal", "type", "notes", "groupId"] as const;
    const { text } = await exporting(simulator, { columns });
    const [, first, second] = text.split("\n");
    expect(first).toMatch(/^,partner\.example,false,created_manually,,[\w-]{250}$/);
    expect(second).toMatch(/^b@x\.example,x\.example,true,something_new,a note,[\w-]{250}$/);
  });

  test.each([
    ["a page without members before the end", { emptyPages: [2] }],
    ["a last page without members", { emptyPages: [4] }],
    ["a page without data", { noData: [1, 3] }],
    ["pages shorter than asked", { maxPerPage: 7 }],
    ["no count", { totalCount: "absent" as const }],
  ])("is complete despite %s", async (_title, quirks) => {
    const simulator = await withGroups([{ name: "A", members: 25, quirks }]);
    const { records, told } = await exporting(simulator, { pageSize: 10 });
    expect(records.map(({ name }) => name)).toEqual(
      Array.from({ length: 25 }, (_, index) => `Member ${index + 1}`),
    );
    expect(told).toEqual(["read A"]);
  });

  test("lists a group once, though find-groups does so twice and page by page", async () => {
    const groups = Array.from({ length: 1_100 }, (_, index) => ({
      name: `G${index}`,
      members: 0,
      listedTwice: true,
    }));
    const simulator = await withGroups(groups);
    expect((await exporting(simulator)).groups).toBe(1_100);
  });

  test("has a byte order mark and unescaped formulas if requested", async () => {
    const simulator = await withGroups([{ name: "A", members: [{ emailAddress: "=1", domain: "+x" }] }]);
    const columns = ["emailAddress", "domain"] as const;
    expect((await exporting(simulator, { columns })).text).toBe("emailAddress,domain\n'=1,'+x\n");
    expect((await exporting(simulator, { columns, bom: true, escapeFormulas: false })).text).toBe(
      "\ufeffemailAddress,domain\n=1,+x\n",
    );
  });

  test("retries page by page, without a duplicate member", async () => {
    const simulator = await withGroups([{ name: "A", members: 60 }]);
    simulator.setFaults([
      { group: "A", page: 1, times: 2, kind: "status", status: 503 },
      { group: "A", page: 3, times: 1, kind: "cut-off" },
      { group: "A", page: 4, times: 1, kind: "html" },
      { group: "A", page: 5, times: 1, kind: "fail", code: "sim_busy", retryable: true },
      { path: "/api/directory/find-groups", times: 1, kind: "drop" },
    ]);
    const { records, told } = await exporting(simulator, { pageSize: 10 });
    expect(new Set(records.map(({ name }) => name)).size).toBe(60);
    expect(records).toHaveLength(60);
    expect(told.filter((words) => words.startsWith("retrying"))).toHaveLength(6);
  });

  test("stays inside the account's quota", async () => {
    const simulator = await withGroups([{ name: "A", members: 400 }], {
      quota: { calls: 20, windowMs: 200 },
    });
    expect((await exporting(simulator, { pageSize: 10 })).members).toBe(400);
    expect(simulator.counters.answered429).toBe(0);
  });
});

describe("names that are difficult in CSV files", () => {
  test("survive a round trip through this project's own reader", async () => {
    const simulator = await withGroups([{ name: "A", members: awkwardMembers }]);
    const { path } = await exporting(simulator, { columns: ["emailAddress", "name"], escapeFormulas: false });
    const input = await openInput(
      { kind: "file", path },
      { columns: { aliasFor: "emailAddress", aliases: ["name"] } },
    );
    const cells: (string | undefined)[] = [];
    for await (const batch of input.records) cells.push(...batch.map((record) => record.cells[1]));
    expect(cells).toEqual(AWKWARD);
  });

  test.skipIf(!hasPython())("survive in Python's csv module", async () => {
    const simulator = await withGroups([{ name: "A", members: awkwardMembers }]);
    for (const escapeFormulas of [true, false]) {
      const { path } = await exporting(simulator, { columns: ["emailAddress", "name"], escapeFormulas });
      const script =
        "import csv, json, sys\nwith open(sys.argv[1], newline='', encoding='utf-8') as f: print(json.dumps(list(csv.reader(f))))";
      const read = z
        .array(z.array(z.string()))
        .parse(JSON.parse(execFileSync("python3", ["-c", script, path], { encoding: "utf8" })));
      const expected = AWKWARD.map((name) =>
        escapeFormulas && /^'*[=+@\t-]/.test(name) ? `'${name}` : name,
      );
      expect(read.map(([, name]) => name)).toEqual(["name", ...expected]);
    }
  });
});

test("import removes the apostrophe that an export put in front of an address", async () => {
  const simulator = await withGroups([
    { name: "A", members: [{ emailAddress: "+team@x.example" }, { emailAddress: "-b@x.example" }] },
  ]);
  const { path } = await exporting(simulator, { columns: ["emailAddress", "name"] });
  const exported = readFileSync(path, "utf8");
  expect(exported).toBe("emailAddress,name\n'+team@x.example,\n'-b@x.example,\n");
  const { importing } = await import("../support/corridor.ts");
  const csv = exported
    .replace("emailAddress,name", "aliasFor,alias")
    .replaceAll(/,\n/g, () => `,alias${Math.random().toString(36).slice(2)}@x.example\n`);
  put(temporaryFolder(), "unused.csv", csv);
  const { results } = await importing(simulator, csv);
  expect(results.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
  expect([...simulator.aliases.values()]).toEqual(["+team@x.example", "-b@x.example"]);
});

function hasPython(): boolean {
  try {
    execFileSync("python3", ["--version"]);
    return true;
  } catch {
    return false;
  }
}
