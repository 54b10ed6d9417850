import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, inputOf, outcomesOf } from "../support/corridor.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";

const BUSY = { alias: "*@busy.example", kind: "fail", code: "err_busy", retryable: true } as const;
const LOST = { alias: "*@lost.example", kind: "status", status: 503, executed: true } as const;

test("The same command again sends nothing that is in place, and says since when it is", async () => {
  const simulator = await simulatorFor({ record: true });
  const first = await importing(simulator, manyRows(30));
  const second = await importing(simulator, manyRows(30), { folder: first.folder });
  expect(simulator.received).toHaveLength(30);
  expect(second.summary).toMatchObject({ exitCode: 0, outcomes: { unchanged: 30 }, calls: { total: 0 } });
  expect(second.results[0]).toMatchObject({
    outcome: "unchanged",
    code: "in_place",
    message: expect.stringMatching(/^in place since \d{4}-/),
    attempts: "0",
  });
});

test("The same command again sends the rows that failed, ended unknown or were not sent", async () => {
  const simulator = await simulatorFor({
    faults: [BUSY, LOST, { alias: "no@old.example", kind: "fail", code: "err_no" }],
  });
  const csv = csvOf([
    ["a@new.example", "a@busy.example"],
    ["b@new.example", "b@lost.example"],
    ["c@new.example", "no@old.example"],
    ["d@new.example", "d@old.example"],
    ["e@new.example", "e@old.example"],
  ]);
  const first = await importing(simulator, csv, { sending: { limit: 4 } });
  expect(outcomesOf(first.results)).toEqual([
    "failed err_busy",
    "unknown http_503",
    "failed err_no",
    "applied",
    "not-sent not_sent",
  ]);
  simulator.setFaults([]);
  const second = await importing(simulator, csv, { folder: first.folder });
  expect(outcomesOf(second.results)).toEqual([
    "applied",
    "applied",
    "applied",
    "unchanged in_place",
    "applied",
  ]);
  expect(second.summary.exitCode).toBe(0);
});

test("Rows never tried go first, then unknown rows, then failed rows", async () => {
  const simulator = await simulatorFor({ faults: [BUSY, LOST] });
  const first = await importing(
    simulator,
    csvOf([
      ["a@new.example", "a@busy.example"],
      ["b@new.example", "b@lost.example"],
    ]),
  );
  simulator.setFaults([]);
  const { sent } = await importing(
    simulator,
    csvOf([
      ["a@new.example", "a@busy.example"],
      ["b@new.example", "b@lost.example"],
      ["c@new.example", "c@old.example"],
    ]),
    { folder: first.folder, sending: { concurrency: 1 } },
  );
  expect(sent.map(({ alias }) => alias)).toEqual(["c@old.example", "b@lost.example", "a@busy.example"]);
});

test("An edited, sorted and merged file sends only the rows that are new", async () => {
  const simulator = await simulatorFor();
  const first = await importing(simulator, manyRows(10));
  const rows = manyRows(12).trim().split("\n").slice(1).reverse();
  const edited = `alias,remark,aliasFor\n${rows.map((row) => `${row.split(",").reverse().join(",x,")}\n`).join("")}`;
  const { results, sent } = await importing(simulator, edited, { folder: first.folder });
  expect(sent.map(({ alias }) => alias).sort()).toEqual(["a11@old.example", "a12@old.example"]);
  expect(outcomesOf(results)).toEqual([
    "applied",
    "applied",
    ...Array<string>(10).fill("unchanged in_place"),
  ]);
});

test("failed.csv imports as it is once its rows are fixed", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "typo@old.example", kind: "fail", code: "err_no" }],
  });
  const csv =
    '\ufeffaliasFor,alias,Note\r\nann@new.example,typo@old.example,"a ""b"""\r\nbob@new.example,nonsense,\r\n';
  const first = await importing(simulator, csv);
  const failed = readFileSync(first.files.failed ?? "", "utf8");
  const mended = failed.replace("typo@", "right@").replace("nonsense", "bob@old.example");
  const second = await importing(simulator, mended, { folder: first.folder });
  expect(outcomesOf(second.results)).toEqual(["applied", "applied"]);
  expect(second.files.failed).toBeUndefined();
  expect([...simulator.aliases]).toEqual([
    ["right@old.example", "ann@new.example"],
    ["bob@old.example", "bob@new.example"],
  ]);
});

test("remaining.csv sends the unfinished rows, and leaves none", async () => {
  const simulator = await simulatorFor({ faults: [LOST] });
  const csv = `${manyRows(3)}${manyRows(3, "lost.example").split("\n").slice(1).join("\n")}`;
  const first = await importing(simulator, csv, { sending: { limit: 5 } });
  expect(first.summary.outcomes).toMatchObject({ applied: 3, unknown: 2, "not-sent": 1 });
  simulator.setFaults([]);
  const { path } = inputPath(first.files.remaining);
  const second = await importing(simulator, "", { folder: first.folder, inputs: [{ kind: "file", path }] });
  expect(outcomesOf(second.results)).toEqual(["applied", "applied", "applied"]);
  expect(second.files.remaining).toBeUndefined();
});

test("A row that failed permanently does not block its corrected version", async () => {
  const simulator = await simulatorFor({
    faults: [{ aliasFor: "wrong@new.example", kind: "fail", code: "err_no" }],
  });
  const first = await importing(simulator, csvOf([["wrong@new.example", "ann@old.example"]]));
  const second = await importing(simulator, csvOf([["ann@new.example", "ann@old.example"]]), {
    folder: first.folder,
  });
  expect(outcomesOf(second.results)).toEqual(["applied"]);
});

test("An alias that is in place, or may be, for another primary is held back and moves when allowed", async () => {
  const simulator = await simulatorFor({ faults: [LOST] });
  const before = await importing(
    simulator,
    csvOf([
      ["ann@new.example", "shop@old.example"],
      ["ann@new.example", "info@lost.example"],
    ]),
  );
  const { folder } = before;
  simulator.setFaults([]);
  const csv = csvOf([
    ["bob@new.example", "shop@old.example"],
    ["bob@new.example", "info@lost.example"],
  ]);
  const held = await importing(simulator, csv, { folder });
  expect(outcomesOf(held.results)).toEqual(["conflict move", "conflict move"]);
  expect(held.results.map(({ message }) => message)).toEqual([
    expect.stringContaining("is in place for ann@new.example"),
    expect.stringContaining("may be in place for ann@new.example"),
  ]);
  expect(held.summary.exitCode).toBe(1);
  const moved = await importing(simulator, csv, { folder, planning: { allowMove: true } });
  expect(outcomesOf(moved.results)).toEqual(["applied", "applied"]);
  expect([...simulator.aliases.values()]).toEqual(["bob@new.example", "bob@new.example"]);
});

test("A failed move does not erase what was in place before", async () => {
  const simulator = await simulatorFor();
  const { folder } = await importing(simulator, csvOf([["ann@new.example", "shop@old.example"]]));
  simulator.setFaults([{ aliasFor: "bob@new.example", kind: "fail", code: "err_no" }]);
  const move = csvOf([["bob@new.example", "shop@old.example"]]);
  const failed = await importing(simulator, move, { folder, planning: { allowMove: true } });
  expect(outcomesOf(failed.results)).toEqual(["failed err_no"]);
  const again = await importing(simulator, csvOf([["ann@new.example", "shop@old.example"]]), { folder });
  expect(outcomesOf(again.results)).toEqual(["unchanged in_place"]);
});

test("An alias that is another row's primary is held back, and sent when allowed", async () => {
  const simulator = await simulatorFor();
  const csv = csvOf([
    ["ann@new.example", "bob@new.example"],
    ["bob@new.example", "bob@old.example"],
  ]);
  const held = await importing(simulator, csv);
  expect(outcomesOf(held.results)).toEqual(["conflict chain", "applied"]);
  expect(held.results[0]?.["message"]).toContain("line 3");
  const sent = await importing(simulator, csv, { folder: held.folder, planning: { allowChain: true } });
  expect(outcomesOf(sent.results)).toEqual(["applied", "unchanged in_place"]);
});

test("A conflicting row stays a conflict when failed.csv is imported alone, and is sent when allowed", async () => {
  const simulator = await simulatorFor();
  const csv = csvOf([
    ["ann@new.example", "bob@new.example"],
    ["bob@new.example", "bob@old.example"],
  ]);
  const { folder, runFolder } = await importing(simulator, csv);
  const failed = readFileSync(join(runFolder, "failed.csv"), "utf8");
  const again = await importing(simulator, failed, { folder });
  expect(outcomesOf(again.results)).toEqual(["conflict chain"]);
  expect(again.summary).toMatchObject({ exitCode: 1, calls: { total: 0 } });
  const sent = await importing(simulator, failed, { folder, planning: { allowChain: true } });
  expect(outcomesOf(sent.results)).toEqual(["applied"]);
});

test("An alias of an alias is held back even if the two come from different inputs", async () => {
  const simulator = await simulatorFor();
  const first = await importing(simulator, csvOf([["ann@new.example", "bob@new.example"]]));
  const second = csvOf([["bob@new.example", "bob@old.example"]]);
  const { results } = await importing(simulator, second, { folder: first.folder });
  expect(outcomesOf(results)).toEqual(["conflict chain"]);
});

test("One alias for two primaries is a conflict for each of its rows, even across files", async () => {
  const simulator = await simulatorFor();
  const one = inputOf(
    csvOf([
      ["ann@new.example", "shop@old.example"],
      ["ann@new.example", "ann@old.example"],
    ]),
    "one.csv",
  );
  const two = inputOf(csvOf([["bob@new.example", "shop@old.example"]]), "two.csv");
  const { results } = await importing(simulator, "", { inputs: [one, two] });
  expect(outcomesOf(results)).toEqual([
    "conflict ambiguous_primary",
    "applied",
    "conflict ambiguous_primary",
  ]);
  expect(results[2]?.["message"]).toContain("one.csv");
});

test("--resend-before now sends again what is in place; an older instant does not", async () => {
  const simulator = await simulatorFor({ record: true });
  const { folder } = await importing(simulator, manyRows(3));
  const old = await importing(simulator, manyRows(3), {
    folder,
    planning: { resendBeforeEpochMs: Date.now() - 60_000 },
  });
  expect(old.summary.outcomes.unchanged).toBe(3);
  const now = await importing(simulator, manyRows(3), {
    folder,
    planning: { resendBeforeEpochMs: Date.now() + 1 },
  });
  expect(now.summary.outcomes.applied).toBe(3);
  expect(simulator.received).toHaveLength(6);
});

test("The summary counts repeated failures apart from new ones", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "*@old.example", kind: "fail", code: "err_no" }],
  });
  const { folder } = await importing(simulator, manyRows(2));
  const { summary } = await importing(simulator, manyRows(3), { folder });
  expect(summary.failures).toEqual({
    byCode: [{ name: "err_no", new: 1, repeated: 2 }],
    byDomain: [{ name: "old.example", new: 1, repeated: 2 }],
  });
});

function inputPath(path: string | undefined): { readonly path: string } {
  if (path === undefined || !existsSync(path)) throw new Error(`there is no file ${path}`);
  return { path };
}
