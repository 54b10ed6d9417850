import { expect, it } from "vitest";
import { LogLimiter } from "../../src/cli/log-limiter.ts";

it("logs the first ten events per code and counts the rest", () => {
  const tellings = new LogLimiter();
  const told = Array.from({ length: 25 }, () => tellings.shouldLog("http_503"));
  expect(told.filter(Boolean)).toHaveLength(10);
  expect([...tellings.suppressed()]).toEqual([["http_503", 15]]);
});

it("counts codes beyond a limit as one, in bounded memory", () => {
  const tellings = new LogLimiter();
  for (let code = 0; code < 10_000; code++) tellings.shouldLog(`code_${code}`);
  expect([...tellings.suppressed()]).toEqual([["other codes", 9_490]]);
});
