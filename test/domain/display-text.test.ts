import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { plainJson, plainLines, stripControlCharacters } from "../../src/domain/display-text.ts";

describe("text from outside", () => {
  it.each([
    ["a\nb\r\nc", "a b  c"],
    ["tab\there", "tab here"],
    ["\u001b[31mred\u001b[0m", " [31mred [0m"],
    ["bell\u0007 del\u007f csi\u009b", "bell  del  csi "],
    ["moc.\u202eelpmaxe", "moc. elpmaxe"],
    ["\u2066isolated\u2069", " isolated "],
    ["l\u2028s\u2029p\u061c\u200e\u200f", "l s p   "],
  ])("loses what could steer a terminal: %j", (text, plain) => {
    expect(stripControlCharacters(text)).toBe(plain);
  });

  it.each(["", "ann@corp.example", "Zoë O'Neil", "日本語", "\u{1f600}", "e\u0301", "a\u200db"])(
    "is left alone where nothing is wrong with it: %j",
    (text) => {
      expect(stripControlCharacters(text)).toBe(text);
    },
  );

  it("is as long as before, plain, and no plainer the second time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const plain = stripControlCharacters(text);
        expect(plain).toHaveLength(text.length);
        expect(plain).not.toMatch(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
        expect(stripControlCharacters(plain)).toBe(plain);
      }),
    );
  });
});

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\n", "\r", "\t", "\u001b", "\u007f", "\u009b", "\u009d", "\u202e", "\u2028", '"', "\\"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  ),
});

test("A text of several lines keeps them, and nothing else that is harmful", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const lines = plainLines(text).split("\n");
      expect(lines).toEqual(text.split("\n").map(stripControlCharacters));
    }),
  );
});

test("JSON for a terminal is harmless and means the same", () => {
  fc.assert(
    fc.property(anyText, anyText, (name, value) => {
      const given = { [name]: [value, 1, { a: value }] };
      const json = plainJson(JSON.stringify(given, undefined, 2));
      expect(JSON.parse(json)).toEqual(given);
      expect(plainLines(json)).toBe(json);
    }),
  );
});
