import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow } from "../support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Words that a reader has to decode, each with what to write in its place. */
const DIALECT: readonly (readonly [RegExp, string])[] = [
  [/\bmend(?:s|ed|ing)?\b/i, "fix, repair"],
  [/\btold\b/i, "reported, logged, determined; or name who does it"],
  [/\bpass(?:es|ed)? over\b/i, "skip"],
  [/\bfor good\b/i, "permanently"],
  [/\bfound out\b/i, "detected"],
  [/\btaken for\b/i, "treated as"],
  [/\bso (?:many|few|long)\b/i, "the number, by its name"],
  [/\b(?:nobody|somebody|whoever)\b/i, "the agent"],
  [/(?<!there )\bis none\b/i, "is not one"],
  [/\bhinder(?:s|ed|ing)?\b/i, "transient"],
  [/\bblot(?:s|ted|ter)?\b/i, "redact"],
  [/\btellings?\b/i, "log records"],
  [/\bin vain\b/i, "failed"],
  [/\bas a rule\b/i, "usually"],
];

/** Returns `file:line: word` for each word of the list, and what to write in its place. */
function dialectIn(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    DIALECT.flatMap(([word, better]) => {
      const found = word.exec(line);
      return found === null ? [] : [`${path}:${index + 1}: "${found[0]}"; write: ${better}`];
    }),
  );
}

describe("the source and the pages", () => {
  it("use the field's words", () => {
    const sources = filesBelow(join(ROOT, "src")).map((path) => join("src", path));
    const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
    const files = [
      ...sources,
      ...pages.map((name) => join("docs", name)),
      "README.md",
      "ARCHITECTURE.md",
      ".env.example",
    ];
    expect(files.flatMap((path) => dialectIn(path, readFileSync(join(ROOT, path), "utf8")))).toEqual([]);
  });

  it("would be found with such a word", () => {
    expect(dialectIn("a.md", "plain\nMend the file, so long as it is whole.")).toEqual([
      'a.md:2: "Mend"; write: fix, repair',
      'a.md:2: "so long"; write: the number, by its name',
    ]);
  });
});
