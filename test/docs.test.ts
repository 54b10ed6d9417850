import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TOOL_CODES } from "../src/domain/failure.ts";
import { OUTCOMES } from "../src/domain/outcome.ts";

const importDocs = readFileSync(new URL("../docs/import.md", import.meta.url), "utf8");

describe("the documentation of import", () => {
  test("lists every code that the tool gives itself, and no other", () => {
    const [, table = ""] = /<!-- codes -->([\s\S]*)<!-- \/codes -->/.exec(importDocs) ?? [];
    const documented = [...table.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
    expect(documented).toEqual(Object.entries(TOOL_CODES));
  });

  test.each(OUTCOMES)("explains the outcome %s", (outcome) => {
    expect(importDocs).toContain(`\`${outcome}\``);
  });
});
