import { describe, expect, it } from "vitest";
import type { Group } from "../../src/domain/api.ts";
import { resolveGroups } from "../../src/export-members/choose-groups.ts";

function group(id: string, name: string, source = "cloud"): Group {
  return { id, name, parentId: "", source, userCount: 5 };
}

const ALL = [
  group("id-sales", "Sales"),
  group("id-sales-2", "SALES"),
  group("id-staff", "All Staff"),
  group("id-twin-1", "Twin"),
  group("id-twin-2", "Twin", "ldap"),
  group("-id", "=Formula"),
  group("Sales Team", "Other"),
  group("id-padded", " Padded"),
];

function chosen(...asked: string[]): string[] {
  const choice = resolveGroups(asked, ALL);
  if (!choice.ok) throw new Error(choice.message);
  return choice.groups.map(({ id }) => id);
}

function problem(...asked: string[]): string {
  const choice = resolveGroups(asked, ALL);
  if (choice.ok) throw new Error("the groups were found");
  return choice.message;
}

describe("a requested group", () => {
  it.each([
    ["by its id", "id-staff", "id-staff"],
    ["by its name", "All Staff", "id-staff"],
    ["by its name in other case, and with spaces around", " all staff ", "id-staff"],
    ["by its name where that has spaces around", "padded", "id-padded"],
    ["by its name as written, where another one differs by case only", "Sales", "id-sales"],
    ["by its id before a name", "Sales Team", "Sales Team"],
    ["by an id that was copied out of a table with escaped formulas", "'-id", "-id"],
    ["by a name that was", "'=Formula", "-id"],
  ])("is resolved %s", (_how, asked, id) => {
    expect(chosen(asked)).toEqual([id]);
  });

  it("resolves groups in the requested order, once each", () => {
    expect(chosen("id-staff", "Sales", "All Staff")).toEqual(["id-staff", "id-sales"]);
  });
});

describe("a group that is not found", () => {
  it("lists both ids if two groups have the name", () => {
    expect(problem("Twin")).toBe(
      "2 groups are named 'Twin'; use the id of the one you want:\n  Twin (cloud, 5 members): id-twin-1\n  Twin (ldap, 5 members): id-twin-2",
    );
    expect(problem("sales")).toMatch(/2 groups are named 'sales'.*id-sales\n.*id-sales-2/s);
  });

  it("lists the groups that match a part of the name or id", () => {
    expect(problem("staff")).toBe(
      "no group has the name or id 'staff'. Similar groups:\n  All Staff (cloud, 5 members): id-staff",
    );
    expect(problem("zzz staff")).toMatch(/Similar groups:\n {2}All Staff .*id-staff$/);
    expect(problem("id-tw")).toMatch(/Similar groups:\n.*id-twin-1\n.*id-twin-2/);
  });

  it("lists some groups if nothing matches", () => {
    expect(problem("zzz")).toMatch(/^no group has the name or id 'zzz'. mimecast-bulk groups lists all 8/);
    expect(problem(" zzz  yyy ")).toMatch(/groups lists all 8 groups, among them:\n {2}Sales/);
    expect(resolveGroups(["zzz"], [])).toEqual({
      ok: false,
      message: "no group has the name or id 'zzz': the account has no groups",
    });
  });

  it("lists the number of members only if it is known", () => {
    const choice = resolveGroups(["team"], [{ ...group("id1", "Team 1"), userCount: undefined }]);
    expect(choice.ok ? "" : choice.message).toMatch(/\n {2}Team 1 \(cloud\): id1$/);
  });

  it("lists at most ten groups", () => {
    const many = Array.from({ length: 30 }, (_, index) => group(`id${index}`, `Team ${index}`));
    const choice = resolveGroups(["team"], many);
    expect(choice.ok ? "" : choice.message).toMatch(/Similar groups:(\n {2}Team \d.*){10}\n {2}and 20 more$/);
    const ten = resolveGroups(["team"], many.slice(0, 10));
    expect(ten.ok ? "" : ten.message).toMatch(/Similar groups:(\n {2}Team \d.*){10}$/);
  });

  it("reports all problems at once", () => {
    expect(
      problem("Twin", "Sales", "zzz")
        .split("\n")
        .filter((line) => !line.startsWith(" ")),
    ).toHaveLength(2);
  });
});
