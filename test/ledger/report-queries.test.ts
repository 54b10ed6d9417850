import { describe, expect, it } from "vitest";
import {
  claimAndEnd,
  DAY,
  ending,
  invalid,
  livedThrough,
  openLedger,
  planned,
  row,
  temporaryFolder,
} from "./parts.ts";

/** Rows `pN>N`, of which those that are named failed, with what `code` gives for each. */
async function failing(count: number, code: (seq: number) => string, folder = temporaryFolder()) {
  const ledger = openLedger(folder);
  const store = planned(
    ledger,
    folder,
    Array.from({ length: count }, (_, index) => row(`a${index + 1}>p${index + 1}`, index + 2)),
  );
  const journal = store.journal();
  for (let seq = 1; seq <= count; seq += 1) {
    void journal.claim([{ seq, attempts: 1 }]);
    void journal.recordOutcome({ ...ending(seq, "failed"), code: code(seq), message: `no ${seq}` });
  }
  await journal.flush();
  return store;
}

describe("the rows in a report", () => {
  it("problems are grouped by outcome and code, with the first rows of each", async () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    await livedThrough(ledger, folder, [{ pair: "b>failed", ended: "failed" }]);
    const store = planned(ledger, folder, [
      row("a>applied", 2),
      row("b>failed", 3),
      row("c>claimed", 4),
      row("x>one", 5),
      row("x>two", 6),
      invalid(7),
      row("n>not-sent", 8),
    ]);
    const journal = store.journal();
    for (const seq of [1, 2, 3]) void journal.claim([{ seq, attempts: 1 }]);
    void journal.recordOutcome({ ...ending(1, "applied") });
    void journal.recordOutcome({ ...ending(2, "failed"), code: "err_x", message: "no" });
    await journal.flush();
    const { groups, groupCount, rowCount } = store.report.problems();
    expect({ groupCount, rowCount }).toEqual({ groupCount: 4, rowCount: 5 });
    expect(
      groups.map((group) => [group.outcome, group.code, group.rows, group.repeated, group.examples.length]),
    ).toEqual([
      ["conflict", "ambiguous_primary", 2, 0, 2],
      ["failed", "err_x", 1, 1, 1],
      ["invalid", "empty_cell", 1, 0, 1],
      ["unknown", "interrupted", 1, 0, 1],
    ]);
    expect(groups[1]?.examples).toEqual([
      { file: 0, line: 3, aliasFor: "failed@x.example", alias: "b@x.example", message: "no" },
    ]);
  });

  it("problems list a few examples and the largest groups, with the counts of all", async () => {
    const store = await failing(400, (seq) => (seq <= 100 ? "err_often" : `err_${seq}`));
    const { groups, groupCount, rowCount } = store.report.problems();
    expect({ groupCount, rowCount }).toEqual({ groupCount: 301, rowCount: 400 });
    expect(groups).toHaveLength(30);
    expect(groups[0]).toMatchObject({ code: "err_often", rows: 100 });
    expect(groups[0]?.examples.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(groups[1]?.examples).toHaveLength(1);
  });

  it("long texts are truncated", async () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, [{ ...invalid(2), alias: "x".repeat(100_000) }]);
    expect(store.report.problems().groups[0]?.examples[0]?.alias).toHaveLength(400);
  });

  it("a run without problems has no groups", async () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, [row("a>applied", 2)]);
    expect(store.report.problems()).toEqual({ groups: [], groupCount: 0, rowCount: 0 });
    expect(store.report.sendingSpan()).toBeUndefined();
  });

  it("rows are counted by the time of their outcome", async () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, [
      row("a>a", 2),
      row("b>b", 3),
      row("c>c", 4),
      row("d>d", 5),
    ]);
    await claimAndEnd(store, [
      { pair: "", ended: "applied", atEpochMs: DAY },
      { pair: "", ended: "applied", atEpochMs: DAY + 999 },
      { pair: "", ended: "failed", atEpochMs: DAY + 2_500 },
      { pair: "", ended: "claimed" },
    ]);
    expect(store.report.sendingSpan()).toEqual({ firstEpochMs: DAY, lastEpochMs: DAY + 2_500 });
    expect(store.report.rowsByBucket(DAY, 1_000)).toEqual([
      { bucket: 0, outcome: "applied", rows: 2 },
      { bucket: 2, outcome: "failed", rows: 1 },
    ]);
  });
});
