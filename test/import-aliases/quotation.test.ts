import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, outcomesOf } from "../support/corridor.ts";

test("Two stray quotation marks give no primary the aliases of others, and failed.csv has each line between them", async () => {
  const lines = [
    "aliasFor,alias",
    'ann@new.example,"ann@old.example',
    "bob@new.example,bob@old.example",
    'cem@new.example,cem@old.example"',
    "dan@new.example,dan@old.example",
  ];
  const { results, files } = await importing(await simulatorFor(), `${lines.join("\n")}\n`);
  expect(outcomesOf(results)).toEqual(["invalid swallowed_record", "applied"]);
  expect(results[1]).toMatchObject({ line: "5", alias: "dan@old.example" });
  expect(readFileSync(files.failed ?? "", "utf8")).toBe(`${lines.slice(0, 4).join("\n")}\n`);
});

test("A missing quotation mark in a list spoils only the records that it joins", async () => {
  const lines = [
    "PrimarySmtpAddress,EmailAddresses",
    'ann@new.example,"SMTP:ann@new.example;smtp:ann@old.example',
    'bob@new.example,"SMTP:bob@new.example;smtp:bob@old.example"',
    'cem@new.example,"SMTP:cem@new.example;smtp:cem@old.example"',
  ];
  const { results, files } = await importing(await simulatorFor(), `${lines.join("\n")}\n`);
  expect(outcomesOf(results)).toEqual(["invalid misplaced_quote", "applied"]);
  expect(results[1]).toMatchObject({ aliasFor: "cem@new.example", alias: "cem@old.example" });
  expect(readFileSync(files.failed ?? "", "utf8")).toBe(`${lines.slice(0, 3).join("\n")}\n`);
});

test("A list that lost its first quotation mark loses none of its addresses, and mailboxes without alias stay", async () => {
  const lines = [
    "mail,aliases",
    "ann@new.example,",
    "bob@new.example,bob@old.example,",
    "b.miller@old.example,",
    'bm@old.example"',
    "cem@new.example,cem@old.example",
    "dan@new.example,",
  ];
  const { results, files } = await importing(await simulatorFor(), `${lines.join("\n")}\n`);
  expect(outcomesOf(results)).toEqual([
    "applied",
    "invalid misplaced_quote",
    "invalid misplaced_quote",
    "applied",
  ]);
  expect(results[1]).toMatchObject({ line: "4", aliasFor: "b.miller@old.example", alias: "" });
  expect(readFileSync(files.failed ?? "", "utf8")).toBe(`${[lines[0], ...lines.slice(3, 5)].join("\n")}\n`);
});

test("The lines of a list after a misplaced quotation mark give no pairs of their own", async () => {
  const lines = [
    "mail,Alias 1,Alias 2,note,Office",
    'ann@new.example,""ann@old.example',
    "a.miller@old.example,",
    'am@old.example,a1@old.example a2@old.example,,"two',
    'lines"',
    "bob@new.example,bob@old.example",
  ];
  const { results } = await importing(await simulatorFor(), `${lines.join("\n")}\n`);
  expect(outcomesOf(results)).toEqual([
    "invalid misplaced_quote",
    "invalid misplaced_quote",
    "invalid misplaced_quote",
    "applied",
  ]);
  expect(results[2]).toMatchObject({ line: "4", aliasFor: "am@old.example" });
});
