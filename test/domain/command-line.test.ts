import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { shellCommand, shellQuote } from "../../src/domain/command-line.ts";
import { stripControlCharacters } from "../../src/domain/display-text.ts";

const words = fc.array(
  fc.oneof(
    fc.string({
      unit: fc.constantFrom("'", '"', "\\", "$", "`", "!", "*", "~", "=", " ", "a", "-", ";", "&"),
    }),
    fc.string({ unit: fc.constantFrom("\n", "\r", "\t", "\u001b", "\u0085", "\u202e", "7", "ü", "'", "\\") }),
    fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "").toWellFormed()),
  ),
  { minLength: 1, maxLength: 4 },
);

const hasBash = spawnSync("bash", ["-c", "true"]).status === 0;

test.runIf(hasBash)("A POSIX shell gives every word of a command back", () => {
  fc.assert(
    fc.property(words, (typed) => {
      const { stdout } = spawnSync("bash", ["-c", `printf '%s\\0' ${shellCommand(typed, "linux")}`]);
      expect(stdout.toString().split("\0").slice(0, -1)).toEqual(typed);
    }),
    { numRuns: 60 },
  );
});

test("A command stays the same on its way to a terminal", () => {
  fc.assert(
    fc.property(words, (typed) => {
      const line = shellCommand(typed, "linux");
      expect(stripControlCharacters(line)).toBe(line);
    }),
  );
});

describe("a word for Windows' shells", () => {
  it.each([
    ["C:\\runs\\failed.csv", "C:\\runs\\failed.csv"],
    ["C:\\my runs\\", '"C:\\my runs\\\\"'],
    ["aliasFor=mail,alias=old", '"aliasFor=mail,alias=old"'],
    ["a & b.csv", '"a & b.csv"'],
    ["@list", '"@list"'],
    ['a\\"b', '"a\\\\""b"'],
    ["", '""'],
  ])("%s is written %s", (word, expected) => {
    expect(shellQuote(word, "win32")).toBe(expected);
  });
});

it("a word that no shell changes stays without quotation marks", () => {
  expect(shellCommand(["mimecast-bulk", "import", "a/b-c_1.csv", "--columns", "a=b,c=d"], "linux")).toBe(
    "mimecast-bulk import a/b-c_1.csv --columns a=b,c=d",
  );
});
