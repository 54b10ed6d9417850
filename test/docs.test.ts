import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exportFlags, groupsFlags } from "../src/config/export-config.ts";
import { TOOL_CODES } from "../src/domain/failure.ts";
import { MEMBER_COLUMNS } from "../src/domain/member-columns.ts";
import { OUTCOMES } from "../src/domain/outcome.ts";

const importDocs = readFileSync(new URL("../docs/import.md", import.meta.url), "utf8");

describe("the documentation of import", () => {
  test("docs/import.md lists every code of the tool's own, and no other", () => {
    const [, table = ""] = /<!-- codes -->([\s\S]*)<!-- \/codes -->/.exec(importDocs) ?? [];
    const documented = [...table.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
    expect(documented).toEqual(Object.entries(TOOL_CODES));
  });

  test.each(OUTCOMES)("docs/import.md explains the outcome %s", (outcome) => {
    expect(importDocs).toContain(`\`${outcome}\``);
  });
});

describe("the documentation of export", () => {
  const exportDocs = readFileSync(new URL("../docs/export.md", import.meta.url), "utf8");

  test.each(Object.keys({ ...exportFlags.shape, ...groupsFlags.shape }))(
    "docs/export.md has the option %s",
    (flag) => {
      const typed = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      expect(exportDocs).toMatch(new RegExp(`--(?:no-)?${typed}\\b`));
    },
  );

  test.each(MEMBER_COLUMNS)("docs/export.md has the column %s", (column) => {
    expect(exportDocs).toContain(column);
  });
});
