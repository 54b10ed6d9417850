import { expect, it } from "vitest";
import { Tellings } from "../../src/cli/log-limiter.ts";

it("Ten of a code are told, the others counted", () => {
  const tellings = new Tellings();
  const told = Array.from({ length: 25 }, () => tellings.isToTell("http_503"));
  expect(told.filter(Boolean)).toHaveLength(10);
  expect([...tellings.untold()]).toEqual([["http_503", 15]]);
});

it("Codes without end are told as others, and take no memory", () => {
  const tellings = new Tellings();
  for (let code = 0; code < 10_000; code++) tellings.isToTell(`code_${code}`);
  expect([...tellings.untold()]).toEqual([["other codes", 9_490]]);
});
