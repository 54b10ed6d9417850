import { describe, expect, it } from "vitest";
import {
  EXIT,
  effectiveStops,
  exitCodeForError,
  exitCodeForPlan,
  exitCodeForRun,
  exitCodeForVerify,
  type StopReason,
} from "../../src/domain/exit-code.ts";
import { NO_OUTCOMES, OUTCOMES } from "../../src/domain/outcome.ts";

const ALL_WELL = { ...NO_OUTCOMES, applied: 5, unchanged: 2, duplicate: 1, skipped: 1 };

/** From the top of the manual's table: the first that applies counts. */
const STOPS: readonly (readonly [StopReason, number])[] = [
  [{ kind: "refused", message: "" }, 77],
  [{ kind: "unreachable", message: "" }, 69],
  [{ kind: "signal", signal: "SIGINT", message: "" }, 130],
  [{ kind: "max-failures", message: "" }, 2],
  [{ kind: "deadline", message: "" }, 3],
  [{ kind: "limit", message: "" }, 3],
];

describe("a run that ended by itself", () => {
  it("exits with 0 if Mimecast accepted every row, now or earlier", () => {
    expect(exitCodeForRun([], ALL_WELL)).toBe(0);
    expect(exitCodeForRun([], NO_OUTCOMES)).toBe(0);
  });

  it.each(["invalid", "conflict", "failed", "unknown"] as const)("exits with 1 if a row is %s", (outcome) => {
    expect(exitCodeForRun([], { ...ALL_WELL, [outcome]: 1 })).toBe(1);
  });
});

describe("a reason to stop", () => {
  const STOP_KINDS = STOPS.map(([shutdown]) => shutdown);

  it.each(["not-sent", "unknown", "failed"] as const)("counts where a row is %s, whatever it is", (left) => {
    expect(effectiveStops(STOP_KINDS, { ...ALL_WELL, [left]: 1 })).toEqual(STOP_KINDS);
  });

  it("does not count where nothing is left to be sent, if it is a deadline or a limit", () => {
    for (const counts of [ALL_WELL, { ...ALL_WELL, invalid: 2, conflict: 1 }]) {
      expect(effectiveStops(STOP_KINDS, counts).map(({ kind }) => kind)).toEqual([
        "refused",
        "unreachable",
        "signal",
        "max-failures",
      ]);
    }
  });
});

describe("a run that was stopped", () => {
  it.each(STOPS)("%j: exits with %i, whatever became of the rows", (shutdown, code) => {
    expect(exitCodeForRun([shutdown], ALL_WELL)).toBe(code);
    expect(exitCodeForRun([shutdown], { ...ALL_WELL, failed: 3, "not-sent": 9 })).toBe(code);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("by %s exits with %i", (signal, code) => {
    expect(exitCodeForRun([{ kind: "signal", signal, message: "" }], ALL_WELL)).toBe(code);
  });

  it("for several reasons exits with the one that stands first in the manual, whichever came first", () => {
    for (const [index, [first, code]] of STOPS.entries()) {
      for (const [second] of STOPS.slice(index + 1)) {
        expect(exitCodeForRun([second, first], ALL_WELL)).toBe(code);
        expect(exitCodeForRun([first, second], ALL_WELL)).toBe(code);
      }
    }
  });
});

describe("a dry run", () => {
  it.each(OUTCOMES)("with a row that is %s exits with 1 only if it is invalid or a conflict", (outcome) => {
    const expected = outcome === "invalid" || outcome === "conflict" ? 1 : 0;
    expect(exitCodeForPlan({ ...NO_OUTCOMES, [outcome]: 1 })).toBe(expected);
  });
});

it("a verification exits with 0 only if every alias was found as one", () => {
  const found = { alias: 5, primary: 0, absent: 0, "not-checkable": 0 };
  expect(exitCodeForVerify(found)).toBe(0);
  for (const other of ["primary", "absent", "not-checkable"] as const) {
    expect(exitCodeForVerify({ ...found, [other]: 1 })).toBe(1);
  }
});

it.each([
  ["usage", 64],
  ["settings", 78],
  ["input", 65],
  ["input-not-found", 66],
  ["locked", 75],
  ["output", 73],
  ["refused", 77],
  ["unreachable", 69],
  ["incomplete", 1],
] as const)("what can't go on because of %s exits with %i", (kind, code) => {
  expect(exitCodeForError(kind)).toBe(code);
});

it("a fault of this program is 70", () => {
  expect(EXIT.fault).toBe(70);
});
