import { expect, it } from "vitest";
import { FOUND, isFound } from "../../src/domain/found.ts";

it("what verification finds is one of four words, on which scripts rely", () => {
  expect(FOUND).toEqual(["alias", "primary", "absent", "not-checkable"]);
  expect(FOUND.every(isFound)).toBe(true);
  for (const word of ["", "Alias", "toString", "alias "]) expect(isFound(word)).toBe(false);
});
