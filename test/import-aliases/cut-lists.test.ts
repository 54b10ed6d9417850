import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, outcomesOf } from "../support/corridor.ts";

const HEADER = "PrimarySmtpAddress,EmailAddresses,ProxyNote";

/** A list of addresses of exactly N characters. */
function listOf(length: number): string {
  const entries = "smtp:a0@old.example";
  let list = entries;
  for (let index = 1; list.length + 40 < length; index++) list += `;smtp:a${index}@old.example`;
  const rest = length - list.length - ";smtp:z@old.example".length;
  return `${list};smtp:z${"z".repeat(rest)}@old.example`;
}

test.each([255, 32_767])(
  "A list of exactly %i characters is rejected as a whole if the column has no longer one",
  async (length) => {
    const cut = `ann@new.example,${listOf(length)},x`;
    const csv = [HEADER, "bob@new.example,bob@old.example,y", cut, "cem@new.example,cem@old.example,"].join(
      "\n",
    );
    const { results, files } = await importing(await simulatorFor(), csv);
    const outcomes = outcomesOf(results);
    expect(outcomes.filter((it) => it === "applied")).toHaveLength(2);
    expect(new Set(outcomes)).toEqual(new Set(["applied", "invalid truncated_list"]));
    expect(results.find(({ outcome }) => outcome === "invalid")?.["message"]).toMatch(
      new RegExp(`exactly ${length} characters.*Export it with: Get-Mailbox`),
    );
    expect(readFileSync(files.failed ?? "", "utf8")).toBe(`${HEADER}\n${cut}\n`);
  },
);

test("A list of exactly 255 characters is accepted if the column has a longer one, before or after it", async () => {
  const csv = [
    HEADER,
    `ann@new.example,${listOf(255)},`,
    `bob@new.example,smtp:b@old.example;${"x500:/o=First Org;".repeat(20)},`,
    `cem@new.example,${listOf(255).replaceAll("a", "c")},`,
  ];
  const { results } = await importing(await simulatorFor(), csv.join("\n"));
  expect(new Set(outcomesOf(results))).toEqual(new Set(["applied"]));
  expect(results.length).toBeGreaterThan(20);
});
