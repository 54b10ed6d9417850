import { expect, it } from "vitest";
import { FOUND, isFound, NO_OUTCOMES, OUTCOMES, outcomeOf, sentOutcomeOf } from "../../src/domain/outcome.ts";

it("a row ends in one of nine ways", () => {
  expect(OUTCOMES).toEqual([
    "applied",
    "unchanged",
    "duplicate",
    "skipped",
    "invalid",
    "conflict",
    "failed",
    "unknown",
    "not-sent",
  ]);
});

it("counting begins with none of each", () => {
  expect(Object.keys(NO_OUTCOMES)).toEqual([...OUTCOMES]);
  expect(Object.values(NO_OUTCOMES).every((count) => count === 0)).toBe(true);
});

it.each(OUTCOMES)("%s is an outcome", (word) => expect(outcomeOf(word)).toBe(word));

it.each(["", "send", "Applied", "toString", "not sent"])("%j is none", (word) =>
  expect(() => outcomeOf(word)).toThrow(new TypeError(`"${word}" is not an outcome`)),
);

it.each(OUTCOMES)("of sending, %s is an outcome only if it is applied, failed or unknown", (word) => {
  if (["applied", "failed", "unknown"].includes(word)) expect(sentOutcomeOf(word)).toBe(word);
  else expect(() => sentOutcomeOf(word)).toThrow(new TypeError(`"${word}" is not an outcome of sending`));
});

it("what verification finds is one of four words, on which scripts rely", () => {
  expect(FOUND).toEqual(["alias", "primary", "absent", "not-checkable"]);
  expect(FOUND.every(isFound)).toBe(true);
  for (const word of ["", "Alias", "toString", "alias "]) expect(isFound(word)).toBe(false);
});
