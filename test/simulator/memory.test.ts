import { expect, test } from "vitest";
import { Tokens } from "../../src/simulator/oauth.ts";
import { Signatures } from "../../src/simulator/signatures.ts";
import { signedHeaders, UPDATE_ALIAS } from "./running-simulator.ts";

test("The simulator remembers the last 1,000 tokens", () => {
  const tokens = new Tokens(1);
  const [first, second] = [tokens.issue(0), tokens.issue(0)];
  for (let issued = 2; issued <= 1000; issued += 1) tokens.issue(0);
  expect([tokens.state(first, 0), tokens.state(second, 0)]).toEqual(["unknown", "valid"]);
});

test("The simulator remembers the last 50,000 request ids", () => {
  const signatures = new Signatures();
  const accept = (headers: Record<string, string>) => signatures.accept(UPDATE_ALIAS, headers, 0);
  const [first, second] = [signedHeaders(0), signedHeaders(0)];
  expect([accept(first), accept(second)]).toEqual([true, true]);
  for (let accepted = 2; accepted <= 50_000; accepted += 1) accept(signedHeaders(0));
  expect([accept(second), accept(first)]).toEqual([false, true]);
});
