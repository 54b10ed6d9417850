import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DirectoryContent } from "../../src/simulator/directory/directory-file.ts";
import { type ExportChanges, exporting, withGroups } from "../support/exporting.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

type Groups = NonNullable<DirectoryContent["groups"]>;

const BEFORE: Groups = [
  {
    name: "A",
    id: "a",
    members: [
      { emailAddress: "stays@x.example", name: "Stays" },
      { emailAddress: "goes@x.example", name: "=Goes" },
      { emailAddress: "renamed@x.example", name: "Old, name" },
      { emailAddress: "", domain: "partner.example" },
    ],
  },
  { name: "B", id: "b", members: [{ emailAddress: "stays@x.example", name: "Stays" }] },
];

const AFTER: Groups = [
  {
    name: "A",
    id: "a",
    members: [
      { emailAddress: "comes@x.example", name: "Comes" },
      { emailAddress: "renamed@x.example", name: "New\nname" },
      { emailAddress: "Stays@x.example", name: "Stays" },
      { emailAddress: "", domain: "other.example" },
    ],
  },
  { name: "B", id: "b", members: [{ emailAddress: "stays@x.example", name: "Stays" }] },
];

/** Exports twice into one file, and returns what the second export wrote as changes. */
async function changesBetween(
  before: Groups | undefined,
  after: Groups,
  changes: ExportChanges = {},
  changesBefore: ExportChanges = changes,
) {
  const path = join(temporaryFolder(), "members.csv");
  if (before !== undefined) await exporting(await withGroups(before), { ...changesBefore, path });
  const changesPath = join(dirname(path), "changes.csv");
  const end = await exporting(await withGroups(after), { ...changes, path, changesPath });
  expect(readdirSync(dirname(path)).sort()).toEqual(["changes.csv", "members.csv"]);
  return { ...end, changesText: readFileSync(changesPath, "utf8") };
}

const COLUMNS = ["group", "emailAddress", "name", "domain"] as const;

describe("the changes since the export before", () => {
  test("list the members that were added, removed or changed, by group and address", async () => {
    const { changes, changesText } = await changesBetween(BEFORE, AFTER, { columns: COLUMNS });
    expect(changesText).toBe(
      [
        "change,group,emailAddress,name,domain",
        "added,A,,,other.example",
        "removed,A,,,partner.example",
        "added,A,comes@x.example,Comes,x.example",
        "removed,A,goes@x.example,'=Goes,x.example",
        'changed,A,renamed@x.example,"New\nname",x.example',
        "changed,A,Stays@x.example,Stays,x.example",
        "",
      ].join("\n"),
    );
    expect(changes).toEqual({ added: 2, removed: 2, changed: 2 });
  });

  test("are empty if nothing changed, in whatever order the members come", async () => {
    const [first, ...others] = BEFORE;
    if (first === undefined || typeof first.members === "number") throw new Error("there are members");
    const turned = [{ ...first, members: first.members.toReversed() }, ...others];
    const { changes, changesText } = await changesBetween(BEFORE, turned, { bom: true });
    expect(changes).toEqual({ added: 0, removed: 0, changed: 0 });
    expect(changesText).toBe("\ufeffchange,group,emailAddress,name,domain,internal,type\n");
  });

  test.each([["there is no previous export"], ["the previous export is empty"]])(
    "list all members as added if %s",
    async (which) => {
      const path = join(temporaryFolder(), "members.csv");
      if (which === "it is empty") put(dirname(path), "members.csv", "");
      const changesPath = join(dirname(path), "changes.csv");
      const { changes } = await exporting(await withGroups(BEFORE), { path, changesPath });
      expect(changes).toEqual({ added: 5, removed: 0, changed: 0 });
    },
  );

  test("ignore columns that only one of the two has", async () => {
    const added = ["group", "emailAddress", "name", "domain", "notes", "groupId"] as const;
    const { changes } = await changesBetween(BEFORE, BEFORE, { columns: added }, { columns: COLUMNS });
    expect(changes).toEqual({ added: 0, removed: 0, changed: 0 });
    const fewer = await changesBetween(BEFORE, AFTER, { columns: ["emailAddress", "name"] });
    expect(fewer.changes).toEqual({ added: 1, removed: 1, changed: 2 });
  });

  test("recognize a group by its id if the exports have it", async () => {
    const renamed = BEFORE.map((group) => ({ ...group, name: `${group.name} team` }));
    const columns = ["groupId", ...COLUMNS] as const;
    expect((await changesBetween(BEFORE, renamed, { columns })).changes).toEqual({
      added: 0,
      removed: 0,
      changed: 5,
    });
    expect((await changesBetween(BEFORE, renamed)).changes).toEqual({ added: 5, removed: 5, changed: 0 });
  });

  test("do not depend on whether formulas are escaped", async () => {
    const before = { escapeFormulas: true };
    const { changes } = await changesBetween(BEFORE, BEFORE, { escapeFormulas: false }, before);
    expect(changes).toEqual({ added: 0, removed: 0, changed: 0 });
  });
});

describe("an export with changes", () => {
  async function refused(former: string | undefined, changesPath: (folder: string) => string) {
    const simulator = await withGroups(BEFORE);
    const folder = temporaryFolder();
    const path = join(folder, "members.csv");
    if (former !== undefined) put(folder, "members.csv", former);
    const names = readdirSync(folder);
    const writing = exporting(simulator, { path, changesPath: changesPath(folder) });
    const error: unknown = await writing.catch((thrown: unknown) => thrown);
    expect(simulator.counters.calls).toBe(0);
    expect(readdirSync(folder).filter((name) => !name.startsWith("link"))).toEqual(names);
    return error;
  }

  test("fails before anything is read if the previous file is not an export", async () => {
    const error = await refused("name;mail\nAnn;ann@x.example\n", (folder) => join(folder, "c.csv"));
    expect(error).toMatchObject({
      kind: "input",
      message: expect.stringMatching(/members\.csv, line 1: found no column emailAddress/),
    });
  });

  test("fails before anything is read if the changes can't be written", async () => {
    expect(await refused(undefined, (folder) => join(folder, "none", "c.csv"))).toMatchObject({
      kind: "output",
    });
  });

  test("fails before anything is read if the changes would overwrite the export", async () => {
    const error = await refused("emailAddress\n", (folder) => {
      symlinkSync(join(folder, "members.csv"), join(folder, "link.csv"));
      return join(folder, "link.csv");
    });
    expect(error).toMatchObject({ kind: "usage" });
  });
});

test("an export that fails leaves the previous changes as they were", async () => {
  const folder = temporaryFolder();
  const path = put(folder, "members.csv", "emailAddress\n");
  const changesPath = put(folder, "changes.csv", "the former ones");
  const simulator = await withGroups(BEFORE);
  simulator.setFaults([{ group: "A", kind: "fail", code: "err_some" }]);
  await expect(exporting(simulator, { path, changesPath })).rejects.toThrow("err_some");
  expect(readFileSync(changesPath, "utf8")).toBe("the former ones");
  expect(readdirSync(folder).sort()).toEqual(["changes.csv", "members.csv"]);
});

test("a previous file that is broken further down fails the export with its line, and is kept", async () => {
  const former = 'emailAddress\na@x.example\n"b@x.example\n';
  const path = put(temporaryFolder(), "members.csv", former);
  const writing = exporting(await withGroups(BEFORE), { path, changesPath: `${path}.changes` });
  await expect(writing).rejects.toThrow(/members\.csv, line \d: /);
  await expect(writing).rejects.toMatchObject({ kind: "input" });
  expect(readFileSync(path, "utf8")).toBe(former);
  expect(readdirSync(dirname(path))).toEqual(["members.csv"]);
});
