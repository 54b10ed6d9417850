import { expect, test } from "vitest";
import { headlineOf } from "../../src/report/headline.ts";
import type { Summary } from "../../src/report/summary.ts";
import { summaryOf } from "./parts.ts";

const LIMIT = { kind: "limit", message: "--limit 2 is reached" } as const;
const INTERRUPT = { kind: "signal", signal: "SIGINT", message: "by SIGINT" } as const;

test.each<[Summary, string, string]>([
  [summaryOf({ applied: 2_000 }), "good", "Mimecast accepted all 2,000 rows."],
  [summaryOf({ applied: 1 }), "good", "Mimecast accepted the one row."],
  [
    summaryOf({ applied: 2, unchanged: 3 }),
    "good",
    "Mimecast accepted all 5 rows, 2 now and 3 in earlier runs.",
  ],
  [summaryOf({ unchanged: 3 }), "good", "Mimecast accepted all 3 rows, all of them in earlier runs."],
  [
    summaryOf({ applied: 2, skipped: 1, duplicate: 1 }),
    "good",
    "Mimecast accepted all 2 rows to be sent; 2 were skipped.",
  ],
  [summaryOf({}), "good", "The input had no rows."],
  [
    summaryOf({ applied: 5, failed: 2, conflict: 1 }, { exitCode: 1 }),
    "mixed",
    "Finished, and 3 of 8 rows need a look: 2 failed, 1 in conflict.",
  ],
  [
    summaryOf({ applied: 5, unknown: 1 }, { exitCode: 1 }),
    "mixed",
    "Finished, and 1 of 6 rows needs a look: 1 unknown.",
  ],
  [
    summaryOf({ applied: 2, "not-sent": 3 }, { state: "stopped", exitCode: 3, stopReasons: [LIMIT] }),
    "mixed",
    "Stopped at the limit: 2 of 5 rows applied, 3 not sent.",
  ],
  [
    summaryOf(
      { applied: 2, invalid: 1, "not-sent": 3 },
      { state: "stopped", exitCode: 130, stopReasons: [INTERRUPT] },
    ),
    "bad",
    "Stopped by a signal: 2 of 6 rows applied, 3 not sent, 1 to look at.",
  ],
  [
    summaryOf({ applied: 2, "not-sent": 1 }, { state: "killed", exitCode: null }),
    "bad",
    "The run was killed: Mimecast had accepted 2 of 3 rows, and 1 must be sent again.",
  ],
  [
    summaryOf({ applied: 2 }, { state: "killed", exitCode: null }),
    "bad",
    "The run was killed: Mimecast had accepted 2 of 2 rows, and none is left to send.",
  ],
  [
    summaryOf({ applied: 2, unknown: 1, "not-sent": 3 }, { state: "killed", exitCode: null }),
    "bad",
    "The run was killed: Mimecast had accepted 2 of 6 rows, and 4 must be sent again.",
  ],
])("The headline is one sentence (%#)", (summary, tone, sentence) => {
  expect(headlineOf(summary)).toEqual({ tone, sentence });
});
