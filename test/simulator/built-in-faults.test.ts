import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { BUILT_IN_FAULTS } from "../../src/simulator/faults/built-in-faults.ts";
import { bodyOf, call, pair, simulatorFor } from "./running-simulator.ts";

/** Returns the results of three calls for the alias: a status, a status with a code, or a lost connection. */
async function threeCalls(local: string) {
  const simulator = await simulatorFor();
  const alias = `${local}@faults.example`;
  const met: string[] = [];
  let setAfter = 0;
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const answered = await call(simulator, bodyOf(pair(alias))).catch(() => undefined);
    const error = /"code":"(\w+)".*"retryable":(\w+)/.exec(answered?.text ?? "");
    const isHtml = answered?.text.startsWith("<!DOCTYPE") ? "html" : undefined;
    met.push(answered === undefined ? "lost" : (error?.slice(1).join(" ") ?? isHtml ?? `${answered.status}`));
    if (simulator.aliases.has(alias)) setAfter ||= attempt;
  }
  return { met, setAfter };
}

const FORBIDDEN = "err_xdk_operation_forbidden_for_address false";
const INVALID = "err_validation_invalid_email_address false";

test.each([
  ["forbidden", [FORBIDDEN, FORBIDDEN, FORBIDDEN], 0],
  ["invalid-2", [INVALID, INVALID, INVALID], 0],
  ["busy-once-7", ["sim_busy true", "200", "200"], 2],
  ["busy", ["sim_busy true", "sim_busy true", "sim_busy true"], 0],
  ["http-503-once", ["503", "200", "200"], 2],
  ["http-503-x", ["503", "503", "503"], 0],
  ["drop-once", ["lost", "200", "200"], 2],
  ["html-once", ["html", "200", "200"], 2],
  ["lost-answer-once", ["lost", "200", "200"], 1],
  ["else", ["200", "200", "200"], 1],
])(
  "Every simulator answers %s@faults.example with %j and sets it in call %i",
  async (local, met, setAfter) => {
    expect(await threeCalls(local)).toEqual({ met, setAfter });
  },
);

test("A given fault takes precedence over a built-in one", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "busy@faults.example", kind: "status", status: 500 }],
  });
  expect((await call(simulator, bodyOf(pair("busy@faults.example")))).status).toBe(500);
});

test("The documentation lists every built-in fault and no other", async () => {
  const text = await readFile(new URL("../../docs/simulator.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^\| `(\S+@faults\.example)` \|/gm)].map(([, alias]) => alias);
  expect(documented).toEqual(BUILT_IN_FAULTS.map(({ alias }) => alias));
});
