import { describe, expect, it } from "vitest";
import { NO_OUTCOMES } from "../../src/domain/outcome.ts";
import {
  claimAndEnd,
  DAY,
  endedRows,
  ending,
  invalid,
  livedThrough,
  openLedger,
  planned,
  rawsOf,
  row,
  rows,
  skipped,
  temporaryFolder,
} from "./parts.ts";

/** A run in which every outcome occurs; the names of the rows' primaries say which. */
async function everyOutcome() {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  await livedThrough(ledger, folder, [{ pair: "u>unchanged", ended: "applied" }]);
  const store = planned(ledger, folder, [
    row("a>applied", 2),
    row("b>failed", 3),
    row("c>retryable", 4),
    row("d>unknown", 5),
    row("e>claimed", 6),
    row("f>waiting", 7),
    row("u>unchanged", 8),
    row("a>applied", 9),
    row("x>one", 10),
    row("x>two", 11),
    invalid(12),
    skipped("s>skipped", 13),
  ]);
  const journal = store.journal();
  for (const seq of [1, 2, 3, 4, 5]) void journal.claim([{ seq: seq, attempts: seq }]);
  void journal.recordOutcome({ ...ending(1, "applied"), requestId: "r-1" });
  void journal.recordOutcome({ ...ending(2, "failed"), code: "err_x", message: "no" });
  void journal.recordOutcome({
    ...ending(3, "failed"),
    code: "err_y",
    message: "later",
    retryable: true,
    attempts: 6,
  });
  void journal.recordOutcome({ ...ending(4, "unknown"), code: "timeout", message: "no answer" });
  await journal.flush();
  return store;
}

const INVALID = { outcome: "invalid", code: "x", message: "no" } as const;
const lines = (ended: readonly { readonly line: number }[]) => ended.map(({ line }) => line);

describe("how rows ended", () => {
  it("results contain every row once, in input order", async () => {
    const store = await everyOutcome();
    expect(endedRows(store).map(({ line, outcome, code }) => [line, outcome, code])).toEqual([
      [2, "applied", ""],
      [3, "failed", "err_x"],
      [4, "failed", "err_y"],
      [5, "unknown", "timeout"],
      [6, "unknown", "interrupted"],
      [7, "not-sent", "not_sent"],
      [8, "unchanged", "in_place"],
      [9, "duplicate", "duplicate_pair"],
      [10, "conflict", "ambiguous_primary"],
      [11, "conflict", "ambiguous_primary"],
      [12, "invalid", "empty_cell"],
      [13, "skipped", "skipped_domain"],
    ]);
  });

  it("results have attempts, request id, time and retryable where they apply", async () => {
    const [applied, failed, retryable, , claimed, waiting, unchanged] = endedRows(await everyOutcome());
    expect(applied).toMatchObject({ retryable: false, attempts: 1, requestId: "r-1", atEpochMs: DAY });
    expect(failed).toMatchObject({ retryable: false, attempts: 1, requestId: "", message: "no" });
    expect(retryable).toMatchObject({ retryable: true, attempts: 6 });
    expect(claimed).toMatchObject({ retryable: true, attempts: 5, atEpochMs: undefined });
    expect(claimed?.message).toMatch(/may be in place/);
    expect(waiting).toMatchObject({ retryable: undefined, attempts: 0, atEpochMs: undefined });
    expect(unchanged).toMatchObject({ retryable: undefined, attempts: 0 });
  });

  it("outcome counts add up to the rows read, with every outcome named", async () => {
    const store = await everyOutcome();
    const counts = store.read.outcomeCounts();
    expect(counts).toEqual({
      applied: 1,
      unchanged: 1,
      duplicate: 1,
      skipped: 1,
      invalid: 1,
      conflict: 2,
      failed: 2,
      unknown: 2,
      "not-sent": 1,
    });
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(store.read.planCounts().rows);
  });

  it("every unfinished row is either to fix or to retry, never both", async () => {
    const store = await everyOutcome();
    expect(lines(endedRows(store, "to-fix"))).toEqual([3, 10, 11, 12]);
    expect(lines(endedRows(store, "to-retry"))).toEqual([4, 5, 6, 7]);
    const isDone = new Set(["applied", "unchanged", "duplicate", "skipped"]);
    const left = endedRows(store).filter(({ outcome }) => !isDone.has(outcome));
    const selected = [...endedRows(store, "to-fix"), ...endedRows(store, "to-retry")];
    expect(lines(selected).sort((a, b) => a - b)).toEqual(lines(left));
  });

  it("records keep their own text", async () => {
    const folder = temporaryFolder();
    const raw = '"Ann ""A"" Lee",\tann@x.example;a@x.example,\u{1f600}\r\nmore';
    const store = planned(openLedger(folder), folder, [row("a>ann", 2, { raw })]);
    expect(rawsOf(store)).toEqual([raw]);
  });
});

describe("the plan", () => {
  it("rows are counted by their plan", async () => {
    const { outcomes, send, rows: rowCount } = (await everyOutcome()).read.planCounts();
    expect({ outcomes, send, rowCount }).toEqual({
      outcomes: { ...NO_OUTCOMES, unchanged: 1, duplicate: 1, skipped: 1, invalid: 1, conflict: 2 },
      send: 6,
      rowCount: 12,
    });
  });

  it("planned problems are the invalid rows and the conflicts", async () => {
    const store = await everyOutcome();
    expect(lines([...store.read.planned("problems")].flat())).toEqual([10, 11, 12]);
  });

  it("rows to be sent are counted by the domain of their alias, largest first", () => {
    const folder = temporaryFolder();
    const at = (name: string, domain: string, line: number) =>
      row(`${name}>ann`, line, { aliasKey: `${name}@${domain}`, alias: `${name}@${domain.toUpperCase()}` });
    const staged = [
      at("a", "few.example", 2),
      at("b", "many.example", 3),
      at("c", "many.example", 4),
      invalid(5),
    ];
    expect(planned(openLedger(folder), folder, staged).read.sendDomains()).toEqual({
      domains: [
        { domain: "many.example", rows: 2 },
        { domain: "few.example", rows: 1 },
      ],
      domainCount: 2,
    });
  });

  it("at most fifty domains are listed, with the number of all", () => {
    const folder = temporaryFolder();
    const staged = Array.from({ length: 60 }, (_, index) =>
      row(`a${index}>ann`, index + 2, { aliasKey: `a@d${index}.example` }),
    );
    const { domains, domainCount } = planned(openLedger(folder), folder, staged).read.sendDomains();
    expect([domains.length, domainCount]).toEqual([50, 60]);
  });

  it("the plan of an empty input is empty", () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, []);
    expect(store.read.planCounts()).toEqual({ outcomes: NO_OUTCOMES, send: 0, rows: 0 });
    expect(store.read.sendable(0, 10)).toEqual([]);
    expect(store.read.sendDomains()).toEqual({ domains: [], domainCount: 0 });
    expect(endedRows(store)).toEqual([]);
    expect(store.read.failures()).toEqual({ byCode: [], byDomain: [] });
  });
});

describe("failures", () => {
  it("failures are counted by code and domain, repeated ones separately, largest first", async () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    await livedThrough(ledger, folder, [
      { pair: "a>ann", ended: "failed" },
      { pair: "b>ann", ended: "unknown" },
      { pair: "c>ann", ended: "failed" },
    ]);
    const store = planned(ledger, folder, rows("a>ann", "b>ann", "c>ann", "d>ann", "e>ann"));
    const journal = store.journal();
    for (const seq of [1, 2, 3, 4, 5]) void journal.claim([{ seq: seq, attempts: 1 }]);
    for (const seq of [1, 2]) void journal.recordOutcome({ ...ending(seq, "failed"), code: "err_x" });
    void journal.recordOutcome(ending(3, "applied"));
    void journal.recordOutcome({ ...ending(4, "failed"), code: "err_x" });
    await journal.flush();
    expect(store.read.failures()).toEqual({
      byCode: [
        { name: "err_x", fresh: 2, repeated: 1 },
        { name: "interrupted", fresh: 1, repeated: 0 },
      ],
      byDomain: [{ name: "x.example", fresh: 3, repeated: 1 }],
    });
  });
});

it("at most fifty failure codes and domains are listed, and the rest is summed up", async () => {
  const folder = temporaryFolder();
  const staged = Array.from({ length: 61 }, (_, index) => {
    const key = `a@d${String(index).padStart(2, "0")}.example`;
    return row("a>ann", index + 2, { aliasKey: key, alias: key });
  });
  const store = planned(openLedger(folder), folder, staged);
  const journal = store.journal();
  for (const [index] of staged.entries()) {
    void journal.claim([{ seq: index + 1, attempts: 1 }]);
    const code = index === 60 ? "err_00" : `err_${String(index).padStart(2, "0")}`;
    void journal.recordOutcome({ ...ending(index + 1, "failed"), code });
  }
  await journal.flush();
  const { byCode, byDomain } = store.read.failures();
  expect([byCode.length, byCode[0], byCode[49], byCode[50]]).toEqual([
    51,
    { name: "err_00", fresh: 2, repeated: 0 },
    { name: "err_49", fresh: 1, repeated: 0 },
    { name: "others", fresh: 10, repeated: 0 },
  ]);
  expect([byDomain.length, byDomain[50]]).toEqual([51, { name: "others", fresh: 11, repeated: 0 }]);
});

describe("batches", () => {
  it("batches have fewer rows if records are long, but at least one", () => {
    const folder = temporaryFolder();
    const lengths = [10, 600_000, 600_000, 2_000_000, 10, 10];
    const staged = lengths.map((length, index) =>
      row(`a${index}>ann`, index + 2, { raw: "x".repeat(length), planned: INVALID, aliasKey: null }),
    );
    const store = planned(openLedger(folder), folder, staged);
    const pages = [...store.read.records("to-fix")].map((page) => page.map(({ raw }) => raw.length));
    expect(pages).toEqual([[10, 600_000], [600_000], [2_000_000], [10, 10]]);
    expect([...store.read.results("all")].map((page) => page.length)).toEqual([2, 1, 1, 2]);
  });

  const many = Array.from({ length: 2_345 }, (_, index) => `a${index}>p${index % 700}`);

  it("batches contain every row once, for any query", async () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, rows(...many));
    await claimAndEnd(
      store,
      many.slice(0, 1_500).map((pair) => ({ pair, ended: "failed" })),
    );
    const pages = [...store.read.results("all")];
    expect(pages.length).toBeGreaterThan(2);
    expect(lines(pages.flat())).toEqual(many.map((_, index) => index + 2));
    expect(endedRows(store, "to-fix")).toHaveLength(1_500);
    expect(endedRows(store, "to-retry")).toHaveLength(845);
    expect([...store.read.planned("all")].flat()).toHaveLength(many.length);
  });

  it("batches of sendable rows have no gap and no overlap", () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, rows(...many));
    const seen: number[] = [];
    for (
      let page = store.read.sendable(0, 100);
      page.length > 0;
      page = store.read.sendable(seen.length, 100)
    ) {
      for (const { position, seq } of page) {
        expect(position).toBe(seen.length + 1);
        seen.push(seq);
        if (seen.length % 100 === 0) break;
      }
    }
    expect(new Set(seen).size).toBe(many.length);
  });
});
