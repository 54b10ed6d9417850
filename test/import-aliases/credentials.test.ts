import { describe, expect, test } from "vitest";
import { DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import type { Fault } from "../../src/simulator/faults/fault.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { hastyClock } from "../support/clocks.ts";
import { importing } from "../support/corridor.ts";
import { manyRows } from "../support/csv-files.ts";

const REFUSED: Fault = { alias: "*", kind: "gateway-fail", status: 401, code: "unauthorized" };
const FORBIDDEN = "err_xdk_operation_forbidden_for_address";

describe("An account that is denied access from the start", () => {
  test("Wrong credentials cost exactly three token requests, and no row is sent", async () => {
    const simulator = await simulatorFor();
    const { summary, results } = await importing(simulator, manyRows(50), {
      credentials: { clientSecret: "not-the-secret" },
    });
    expect(simulator.counters.byStatus).toEqual(new Map([[401, 3]]));
    expect(summary).toMatchObject({
      exitCode: 77,
      stopReasons: [{ kind: "refused", message: expect.stringContaining("invalid_client") }],
      outcomes: { "not-sent": 50 },
    });
    expect(new Set(results.map(({ attempts }) => attempts))).toEqual(new Set(["0"]));
  });

  test.each<[string, Fault]>([
    ["401 unauthorized", REFUSED],
    ["403 app_forbidden", { alias: "*", kind: "gateway-fail", status: 403, code: "app_forbidden" }],
    ["418, an expired binding", { alias: "*", kind: "status", status: 418 }],
    ["err_xdk_binding_expired under HTTP 200", { alias: "*", kind: "fail", code: "err_xdk_binding_expired" }],
  ])("The run stops after three denials: %s", async (_, fault) => {
    const simulator = await simulatorFor({ faults: [fault] });
    const { summary } = await importing(simulator, manyRows(50));
    expect(simulator.counters.calls).toBe(3);
    expect(summary).toMatchObject({ exitCode: 77, outcomes: { "not-sent": 50 } });
  });
});

test("A denied account fails no row, even if each row has a single attempt", async () => {
  const simulator = await simulatorFor({ faults: [REFUSED] });
  const { summary } = await importing(simulator, manyRows(50), {
    sending: { retry: { maxAttempts: 1, baseMs: 1, ceilingMs: 1 } },
  });
  expect(summary).toMatchObject({ exitCode: 77, outcomes: { "not-sent": 50, failed: 0 } });
});

describe("An account that is denied access in the middle of a run", () => {
  test("The run stops after a minute of denials without a success, and the rest is not sent", async () => {
    const simulator = await simulatorFor({ latencyMs: 2 });
    const clock = hastyClock(60);
    let refusedAtMs = 0;
    const { summary } = await importing(simulator, manyRows(2_000), {
      clock,
      breaker: DEFAULT_BREAKER,
      sending: { concurrency: 4 },
      onSent: () => {
        if (simulator.counters.calls < 50 || refusedAtMs > 0) return;
        refusedAtMs = clock.nowMs();
        simulator.expireTokens();
        simulator.setFaults([REFUSED]);
      },
    });
    const patienceMs = clock.nowMs() - refusedAtMs;
    expect(summary).toMatchObject({
      exitCode: 77,
      stopReasons: [{ kind: "refused" }],
      outcomes: { failed: 0, unknown: 0 },
    });
    expect(summary.outcomes["not-sent"]).toBeGreaterThan(1_900);
    expect(patienceMs).toBeGreaterThanOrEqual(60_000);
    expect(patienceMs).toBeLessThan(300_000);
  });

  test("The run goes on if a success comes between denials", async () => {
    const simulator = await simulatorFor({ latencyMs: 2 });
    const clock = hastyClock(60);
    const refusals: { sinceMs: number; afterCount: number; isOver: boolean }[] = [];
    const { summary } = await importing(simulator, manyRows(400), {
      clock,
      breaker: DEFAULT_BREAKER,
      sending: { concurrency: 4 },
      onSent: () => {
        const last = refusals.at(-1);
        const inPlace = simulator.aliases.size;
        if (last !== undefined && !last.isOver) {
          last.isOver = clock.nowMs() - last.sinceMs > 40_000;
          if (last.isOver) simulator.setFaults([]);
        } else if (refusals.length < 2 && inPlace >= 50 + (last?.afterCount ?? 0)) {
          refusals.push({ sinceMs: clock.nowMs(), afterCount: inPlace, isOver: false });
          simulator.setFaults([REFUSED]);
        }
      },
    });
    expect(refusals).toHaveLength(2);
    expect(summary).toMatchObject({ exitCode: 0, outcomes: { applied: 400 } });
    expect(summary.calls?.failed).toBeGreaterThan(6);
  });

  test("A row that alone is denied again and again ends as failed, and the run goes on", async () => {
    const simulator = await simulatorFor({
      latencyMs: 2,
      faults: [{ ...REFUSED, alias: "a7@old.example" }],
    });
    // It comes round again only after all the others.
    const { summary, results } = await importing(simulator, manyRows(60), {
      sending: { concurrency: 4, retry: { maxAttempts: 2, baseMs: 1, ceilingMs: 1 } },
    });
    expect(summary).toMatchObject({ exitCode: 1, outcomes: { applied: 59, failed: 1 } });
    expect(results[6]).toMatchObject({ alias: "a7@old.example", outcome: "failed", code: "unauthorized" });
  });
});

describe("Rows that are all forbidden", () => {
  const forbidden = (count: number): string =>
    manyRows(count).replaceAll(/a(\d+)@old\.example/g, "forbidden-$1@faults.example");

  test("The run stops if the first hundred rows are forbidden, and its message names both causes", async () => {
    const simulator = await simulatorFor();
    const { summary } = await importing(simulator, forbidden(150), { sending: { concurrency: 4 } });
    expect(summary.exitCode).toBe(77);
    expect(summary.stopReasons).toMatchObject([{ kind: "refused" }]);
    const message = summary.stopReasons[0]?.message;
    expect(message).toContain("permission Directories | Groups | Edit");
    expect(message).toContain("not yet managed");
    expect(summary.outcomes.failed).toBeGreaterThanOrEqual(100);
    expect(summary.outcomes.failed).toBeLessThan(104);
  });

  test("The run stops if HTTP 403 forbids the first hundred rows, one or five in a call", async () => {
    const fault = { alias: "*", kind: "gateway-fail", status: 403, code: FORBIDDEN } as const;
    for (const rowsPerCall of [1, 5]) {
      const simulator = await simulatorFor({ faults: [fault] });
      const sending = { concurrency: 2, maxBatchSize: rowsPerCall };
      const { summary } = await importing(simulator, manyRows(150), { sending });
      expect(summary).toMatchObject({
        exitCode: 77,
        stopReasons: [{ kind: "refused" }],
        outcomes: { unknown: 0 },
      });
      expect(summary.stopReasons[0]?.message).toContain("edit the role; the keys stay the same");
      expect(summary.outcomes.failed).toBeGreaterThanOrEqual(100);
    }
  });

  test("Fewer than a hundred forbidden rows end one by one", async () => {
    const { summary } = await importing(await simulatorFor(), forbidden(99));
    expect(summary).toMatchObject({ exitCode: 1, state: "finished", outcomes: { failed: 99 } });
    expect(summary.failures.byCode).toEqual([{ name: FORBIDDEN, new: 99, repeated: 0 }]);
  });

  test("Forbidden rows end one by one if a single one among the first hundred was not forbidden", async () => {
    const csv = `${manyRows(1)}${forbidden(149).split("\n").slice(1).join("\n")}`;
    const { summary } = await importing(await simulatorFor(), csv, { sending: { concurrency: 1 } });
    expect(summary).toMatchObject({ exitCode: 1, outcomes: { failed: 149, applied: 1 } });
  });
});

test("A token that expires in the middle of a run is renewed once, however many calls are in flight", async () => {
  const simulator = await simulatorFor({ latencyMs: 5 });
  let isExpired = false;
  const { summary } = await importing(simulator, manyRows(200), {
    onSent: () => {
      if (isExpired || simulator.counters.calls < 60) return;
      isExpired = true;
      simulator.expireTokens();
    },
  });
  expect(summary).toMatchObject({ exitCode: 0, outcomes: { applied: 200 }, calls: { failed: 0 } });
  expect(simulator.counters.tokensIssued).toBe(2);
  expect(simulator.counters.byStatus.get(401)).toBeGreaterThan(1);
});

test("A token is renewed before it expires, so that no call is denied", async () => {
  const simulator = await simulatorFor({ tokenLifetimeSeconds: 2, latencyMs: 10 });
  const { summary } = await importing(simulator, manyRows(400), { quota: { maxRatePerSecond: 150 } });
  expect(summary.outcomes.applied).toBe(400);
  expect(simulator.counters.tokensIssued).toBeGreaterThan(1);
  expect(simulator.counters.byStatus.get(401)).toBeUndefined();
});
