import { expect, test } from "vitest";
import type { AttemptResult } from "../../src/domain/response.ts";
import { effectOnFlow } from "../../src/send-rows/pending-row.ts";

const failure = { code: "err_some", message: "words", retryable: true };
const APPLIED: AttemptResult = { kind: "applied" };
const SILENT: AttemptResult = { kind: "indeterminate", failure };

test.each<[string, readonly AttemptResult[], string]>([
  ["that applies its row", [APPLIED], "passed"],
  ["that rejects its row", [{ kind: "rejected", failure }], "passed"],
  ["without an answer", [SILENT, SILENT], "indeterminate"],
  ["that tells its rows apart", [APPLIED, SILENT], "passed"],
  [
    "whose success names none of its rows",
    [{ kind: "unattributed", failure, mayBeInPlace: true }],
    "indeterminate",
  ],
  [
    "whose failures name none of its rows",
    [{ kind: "unattributed", failure, mayBeInPlace: false }],
    "passed",
  ],
])("effectOnFlow classifies a call %s", (_title, answers, kind) => {
  expect(effectOnFlow(answers).kind).toBe(kind);
});
