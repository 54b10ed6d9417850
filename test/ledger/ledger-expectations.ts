import { expect } from "vitest";
import type { RunStore } from "../../src/ledger/run-store.ts";
import type { ModelRun } from "./ledger-model.ts";
import { endedRows, plansOf } from "./parts.ts";

/** Everything that can be read of a plan is what the model says. */
export function expectPlan(store: RunStore, run: ModelRun): void {
  const { rows } = run;
  const { verdicts = [], order = [] } = run.plan ?? {};
  const told = plansOf(store);
  expect(told).toEqual(
    rows.map(({ file, line, aliasFor, alias }, index) => {
      return { seq: index + 1, file, line, aliasFor, alias, ...verdicts[index] };
    }),
  );
  expect(store.read.sendable(0, 10_000).map(({ seq }) => seq)).toEqual(order);
  expect(store.read.sendableCount()).toBe(order.length);
  const { rows: rowCount, send, outcomes } = store.read.planCounts();
  expect([rowCount, send]).toEqual([rows.length, order.length]);
  for (const [outcome, count] of Object.entries(outcomes)) {
    expect([outcome, count]).toEqual([outcome, verdicts.filter((it) => it.plan === outcome).length]);
  }
  const { domains, domainCount } = store.read.sendDomains();
  expect(domainCount).toBe(domains.length);
  expect(domains).toEqual(counted(order.map((seq) => run.domainOf(seq))));
}

/** Everything that the files of a run are made from is what the model says. */
export function expectEnds(store: RunStore, run: ModelRun): void {
  const expected = run.rows.map(({ file, line, aliasFor, alias }, index) => {
    return { seq: index + 1, file, line, aliasFor, alias, ...run.endOf(index + 1) };
  });
  expect(endedRows(store)).toEqual(expected);
  for (const [outcome, count] of Object.entries(store.read.outcomeCounts())) {
    expect([outcome, count]).toEqual([outcome, expected.filter((it) => it.outcome === outcome).length]);
  }
  expect([...store.read.records("to-fix")].flat()).toEqual(
    run.records(({ outcome, retryable }) => {
      return outcome === "invalid" || outcome === "conflict" || (outcome === "failed" && retryable === false);
    }),
  );
  expect([...store.read.records("to-retry")].flat()).toEqual(
    run.records(({ outcome, retryable }) => {
      return outcome === "not-sent" || outcome === "unknown" || (outcome === "failed" && retryable === true);
    }),
  );
  expect(store.read.failures()).toEqual({
    byCode: run.failures((seq) => run.endOf(seq).code),
    byDomain: run.failures((seq) => run.domainOf(seq)),
  });
}

/** Domains by how often they occur, most first. */
function counted(domains: readonly string[]): { domain: string; rows: number }[] {
  return [...new Set(domains)]
    .map((domain) => ({ domain, rows: domains.filter((other) => other === domain).length }))
    .sort((a, b) => b.rows - a.rows || (a.domain < b.domain ? -1 : 1));
}
