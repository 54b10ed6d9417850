import { expect, test } from "vitest";
import type { AttemptResult } from "../../src/domain/response.ts";
import { effectOnFlow } from "../../src/send-rows/pending-row.ts";

const failure = { code: "err_some", message: "words", retryable: true };
const APPLIED: AttemptResult = { kind: "applied" };
const SILENT: AttemptResult = { kind: "indeterminate", failure };

test.each<[string, readonly AttemptResult[], string]>([
  ["that applied its row", [APPLIED], "passed"],
  ["that judged its row", [{ kind: "rejected", failure }], "passed"],
  ["without an answer", [SILENT, SILENT], "indeterminate"],
  ["that told its rows apart, whatever it left open", [APPLIED, SILENT], "passed"],
  [
    "whose success names none of its rows",
    [{ kind: "unattributed", failure, mayBeInPlace: true }],
    "indeterminate",
  ],
  [
    "that says of no row that it failed for itself",
    [{ kind: "unattributed", failure, mayBeInPlace: false }],
    "passed",
  ],
])("A call %s counts as what it is for all others", (_title, answers, kind) => {
  expect(effectOnFlow(answers).kind).toBe(kind);
});
