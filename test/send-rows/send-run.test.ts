import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { Pair } from "../../src/domain/parsed-record.ts";
import type { AttemptResult } from "../../src/domain/response.ts";
import { DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import { Shutdown } from "../../src/engine/shutdown.ts";
import type { RunStore } from "../../src/ledger/run-store.ts";
import type { BatchCall } from "../../src/send-rows/claimed-call.ts";
import { RunLimits } from "../../src/send-rows/run-limits.ts";
import { type SendJob, type SentRun, sendRun } from "../../src/send-rows/send-run.ts";
import { openLedger, planned, row } from "../ledger/parts.ts";
import { SILENT_VIEW } from "../support/corridor.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const JOB: SendJob = {
  sending: {
    concurrency: 4,
    maxBatchSize: 1,
    inPlaceCodes: new Set(),
    retry: { maxAttempts: 3, baseMs: 1, ceilingMs: 2 },
  },
  quota: { reservePercent: 10 },
  breaker: { ...DEFAULT_BREAKER, probeBaseMs: 1, probeCeilingMs: 1 },
};
const PERMISSION = "Aliases | Remove";
const DENIED: AttemptResult = {
  kind: "access-denied",
  failure: { code: "http_403", message: "no", retryable: false },
};
const FORBIDDEN: AttemptResult = {
  kind: "rejected",
  failure: { code: "err_xdk_operation_forbidden_for_address", message: "no", retryable: false },
};

describe("sendRun", () => {
  it("sends each planned row with the call that it is given, and records its outcome", async () => {
    const sent: Pair[] = [];
    const { store, run } = await sending(30, (pair) => {
      sent.push(pair);
      return { kind: "applied" };
    });
    expect(new Set(sent.map(({ alias }) => alias)).size).toBe(30);
    expect(run.counts).toMatchObject({ applied: 30, failed: 0, unknown: 0, calls: 30, retries: 0 });
    expect(store.read.outcomeCounts()).toMatchObject({ applied: 30, "not-sent": 0 });
  });

  it.each([
    ["denies access to the account", DENIED],
    ["forbids the first hundred rows", FORBIDDEN],
  ])("names the permission of its call if Mimecast %s", async (_title, result) => {
    const { shutdown } = await sending(100, () => result);
    expect(shutdown.reasons).toMatchObject([
      { kind: "refused", message: expect.stringContaining(`permission ${PERMISSION}`) },
    ]);
  });
});

/** Sends rows of a ledger of their own through a call that answers as the test says. */
async function sending(
  rowCount: number,
  answer: (pair: Pair) => AttemptResult,
): Promise<{ readonly store: RunStore; readonly run: SentRun; readonly shutdown: Shutdown }> {
  const folder = temporaryFolder();
  const rows = Array.from({ length: rowCount }, (_, index) => row(`a${index}>p${index}`, index + 2));
  const store = planned(openLedger(folder), folder, rows);
  const shutdown = new Shutdown();
  const clock = systemClock;
  const callBatch: BatchCall = async (pairs, { beforeSend }) => {
    await beforeSend();
    const nowMs = clock.nowMs();
    return { results: pairs.map(answer), sentAtMs: nowMs, arrivedAtMs: nowMs, status: 200 };
  };
  const limits = new RunLimits({}, { permission: PERMISSION, shutdown, clock });
  const run = await sendRun(JOB, {
    store,
    callBatch,
    permission: PERMISSION,
    limits,
    shutdown,
    clock,
    random: () => 0,
    hooks: SILENT_VIEW,
  });
  return { store, run, shutdown };
}
