import { expect, test } from "vitest";
import type { Answer } from "../../src/domain/response.ts";
import { effectOf } from "../../src/send-rows/pending-row.ts";

const failure = { code: "err_some", message: "words", retryable: true };
const APPLIED: Answer = { kind: "applied" };
const SILENT: Answer = { kind: "unanswered", failure };

test.each<[string, readonly Answer[], string]>([
  ["that applied its row", [APPLIED], "passed"],
  ["that judged its row", [{ kind: "failed", failure }], "passed"],
  ["without an answer", [SILENT, SILENT], "unanswered"],
  ["that told its rows apart, whatever it left open", [APPLIED, SILENT], "passed"],
  [
    "whose success names none of its rows",
    [{ kind: "unsettled", failure, mayBeInPlace: true }],
    "unanswered",
  ],
  [
    "that says of no row that it failed for itself",
    [{ kind: "unsettled", failure, mayBeInPlace: false }],
    "passed",
  ],
])("A call %s counts as what it is for all others", (_title, answers, kind) => {
  expect(effectOf(answers).kind).toBe(kind);
});
