import { expect, it } from "vitest";
import { formatCount, formatDuration, pluralize } from "../../src/domain/format.ts";

it("numbers are parted at the thousands, and nouns agree with them", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect(pluralize(1, "row")).toBe("1 row");
  expect(pluralize(0, "row")).toBe("0 rows");
  expect(pluralize(2_000, "alias", "aliases")).toBe("2,000 aliases");
});

it.each([
  [0, "0 ms"],
  [849.6, "850 ms"],
  [999, "999 ms"],
  [1_000, "1 s"],
  [41_600, "42 s"],
  [59_499, "59 s"],
  [59_500, "1 min"],
  [60_000, "1 min"],
  [61_000, "1 min 1 s"],
  [3_599_000, "59 min 59 s"],
  [3_600_000, "1 h"],
  [3_660_000, "1 h 1 min"],
  [7_500_000, "2 h 5 min"],
])("%d ms are told as %s", (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});
