import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXIT } from "../../src/domain/exit-code.ts";
import { TOOL_CODES } from "../../src/domain/failure.ts";
import { adviceFor } from "../../src/report/advice.ts";

const page = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");

/** Returns the cells of each line of the table between two marker comments. */
function tableOf(name: string): string[][] {
  const [, table = ""] = new RegExp(`<!-- ${name} -->([\\s\\S]*)<!-- /${name} -->`).exec(page) ?? [];
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}

test("docs/operating.md says what to do about every exit code, and lists no other", () => {
  const rows = tableOf("exit codes");
  expect(rows.map(([code]) => Number(code)).sort()).toEqual(Object.values(EXIT).sort());
  for (const [code, meaning, todo] of rows) expect({ code, meaning, todo }).not.toMatchObject({ todo: "" });
});

test("docs/operating.md lists the exit codes in their order of precedence", () => {
  const order = tableOf("exit codes").map(([code]) => Number(code));
  expect(order).toEqual([64, 78, 65, 66, 75, 73, 77, 69, 130, 143, 129, 2, 3, 1, 0, 70]);
});

test("docs/operating.md gives for every code of the tool's own the advice of the report", () => {
  const documented = tableOf("codes");
  expect(documented).toEqual(
    Object.entries(TOOL_CODES).map(([code, meaning]) => [`\`${code}\``, meaning, adviceFor(code).todo]),
  );
});
