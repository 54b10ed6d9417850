import { expect, it } from "vitest";
import { DEFAULT_MEMBER_COLUMNS, MEMBER_COLUMNS, memberCells } from "../../src/domain/member-columns.ts";

const GROUP = { id: "id-sales", name: "Sales", parentId: "", source: "cloud" };
const ANN = {
  emailAddress: "ann@x.example",
  name: "Ann",
  domain: "x.example",
  internal: true,
  type: "created_manually",
  notes: "of old",
};

it("a member's cells come in the order of the columns", () => {
  expect(memberCells(MEMBER_COLUMNS)(GROUP, ANN)).toEqual([
    "Sales",
    "id-sales",
    "ann@x.example",
    "Ann",
    "x.example",
    "true",
    "created_manually",
    "of old",
  ]);
  expect(memberCells(["notes", "group"])(GROUP, ANN)).toEqual(["of old", "Sales"]);
});

it("whether a member is internal is told as the API says it, and not at all where it does not", () => {
  const cells = memberCells(["internal"]);
  expect(cells(GROUP, { ...ANN, internal: false })).toEqual(["false"]);
  expect(cells(GROUP, { ...ANN, internal: undefined })).toEqual([""]);
});

it("the columns without a choice are those of the manual", () => {
  expect(DEFAULT_MEMBER_COLUMNS.join()).toBe("group,emailAddress,name,domain,internal,type");
});
