import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { progressLine, type SendingWords, sendingLine } from "../../src/cli/progress-line.ts";

const WORDS: SendingWords = {
  total: 20_000,
  done: 12_345,
  rate: "150",
  inPlace: 12_900,
  failed: 45,
  waiting: 3,
  quota: "123 of 800",
  left: "about 3 min 20 s left",
};

describe("a progress line", () => {
  it("shows every part on a wide terminal", () => {
    expect(sendingLine(WORDS, 200)).toBe(
      "██████████████░░░░░░░░░░ 61 % · 12,345 of 20,000 rows · 150/s · 12,900 in place · 45 failed · 3 waiting · quota 123 of 800 · about 3 min 20 s left",
    );
  });

  it("drops the parts of lowest weight on a narrow terminal", () => {
    expect(sendingLine(WORDS, 100)).toBe(
      "████████░░░░░░ 61 % · 12,345 of 20,000 rows · 150/s · 45 failed · 3 waiting · about 3 min 20 s left",
    );
    expect(sendingLine(WORDS, 80)).toBe(
      "████████░░░░░░ 61 % · 12,345 of 20,000 rows · 45 failed · about 3 min 20 s left",
    );
    expect(sendingLine(WORDS, 40)).toBe("██████░░░░ 61 % · about 3 min 20 s left");
    expect(sendingLine(WORDS, 12)).toBe("███░░░ 61 %");
    expect(sendingLine(WORDS, 4)).toBe("61 ");
  });

  it("does not show 100 % before everything is done", () => {
    expect(progressLine(99_999, 100_000, [], 40)).toContain(" 99 %");
    expect(progressLine(100_000, 100_000, [], 40)).toContain(" 100 %");
    expect(progressLine(0, 0, [], 40)).toContain(" 100 %");
  });

  it("never reaches the last column, whatever its parts are", () => {
    const part = fc.record({ text: fc.string({ maxLength: 40 }), weight: fc.nat(9) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 250 }),
        fc.nat(1_000_000),
        fc.nat(1_000_000),
        fc.array(part),
        (columns, done, total, parts) => {
          expect(progressLine(done, total, parts, columns).length).toBeLessThan(columns);
        },
      ),
    );
  });
});
