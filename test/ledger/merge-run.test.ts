import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Database } from "../../src/ledger/database.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import {
  CORP,
  claimAndEnd,
  DAY,
  ending,
  livedThrough,
  newRunFolder,
  openLedger,
  type Past,
  planned,
  rows,
  temporaryFolder,
  told,
} from "./parts.ts";

/** What the ledger holds of each alias after these runs, read from its file. */
async function recordAfter(...runs: readonly (readonly Past[])[]) {
  const folder = temporaryFolder();
  const ledger = Ledger.open(folder, CORP);
  await livedThrough(ledger, folder, ...runs);
  ledger.close();
  return recordIn(folder);
}

function recordIn(folder: string) {
  const database = Database.open(join(folder, "ledger.db"), "ledger");
  try {
    return database.all(
      "SELECT alias, in_place, in_place_at, unanswered, tried, ended FROM alias ORDER BY alias",
    );
  } finally {
    database.close();
  }
}

const [a, ann, bob, cyd] = ["a@x.example", "ann@x.example", "bob@x.example", "cyd@x.example"];

describe("after a run, the ledger says of an alias", () => {
  it.each([
    ["an applied row is in place", "applied", [a, ann, DAY, null, ann, "applied"]],
    ["a failed row is not in place", "failed", [a, null, null, null, ann, "failed"]],
    ["an unknown row may be in place", "unknown", [a, null, null, ann, ann, "unknown"]],
    ["a claimed row without an outcome may be in place", "claimed", [a, null, null, ann, ann, "unknown"]],
  ] as const)("%s", async (_title, ended, record) => {
    expect(await recordAfter([{ pair: "a>ann", ended }])).toEqual([record]);
  });

  it("an alias whose move failed is still in place", async () => {
    const applied = [{ pair: "a>ann", ended: "applied" }] as const;
    expect(await recordAfter(applied, [{ pair: "a>bob", ended: "failed" }])).toEqual([
      [a, ann, DAY, null, bob, "failed"],
    ]);
    expect(await recordAfter(applied, [{ pair: "a>bob", ended: "unknown" }])).toEqual([
      [a, ann, DAY, bob, bob, "unknown"],
    ]);
  });

  it("a moved alias is in place for the new primary since the move", async () => {
    expect(
      await recordAfter(
        [{ pair: "a>ann", ended: "applied" }],
        [{ pair: "a>bob", ended: "applied", atEpochMs: DAY + 5 }],
      ),
    ).toEqual([[a, bob, DAY + 5, null, bob, "applied"]]);
  });

  it("an unanswered alias is settled by any success, and by a failure only for the same primary", async () => {
    const unknown = [{ pair: "a>ann", ended: "unknown" }] as const;
    expect(await recordAfter(unknown, [{ pair: "a>bob", ended: "applied" }])).toEqual([
      [a, bob, DAY, null, bob, "applied"],
    ]);
    expect(await recordAfter(unknown, [{ pair: "a>ann", ended: "failed" }])).toEqual([
      [a, null, null, null, ann, "failed"],
    ]);
    expect(await recordAfter(unknown, [{ pair: "a>bob", ended: "failed" }])).toEqual([
      [a, null, null, ann, bob, "failed"],
    ]);
    expect(await recordAfter(unknown, [{ pair: "a>cyd", ended: "unknown" }])).toEqual([
      [a, null, null, cyd, cyd, "unknown"],
    ]);
  });
});

it("a row that was never sent leaves nothing in the ledger", async () => {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  const store = planned(ledger, folder, rows("a>ann", "b>bob"));
  await claimAndEnd(store, [{ pair: "a>ann", ended: "applied" }]);
  store.merge(DAY);
  expect(ledger.knownCount()).toBe(1);
});

it("a withdrawn claim leaves nothing in the ledger", async () => {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  const store = planned(ledger, folder, rows("a>ann"));
  const journal = store.journal();
  await journal.claim([{ seq: 1, attempts: 1 }]);
  await journal.claim([{ seq: 1, attempts: 0 }]);
  store.merge(DAY);
  expect(ledger.knownCount()).toBe(0);
});

it.each([1, 2_000])(
  "finds the aliases of every primary after a run of %i rows that follows one of 1,000",
  async (count) => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const pasts = (tag: string, length: number): Past[] =>
      Array.from({ length }, (_, index) => ({ pair: `${tag}${index}>${tag}p${index}`, ended: "applied" }));
    await livedThrough(ledger, folder, pasts("a", 1_000), pasts("b", count));
    const plan = planned(ledger, folder, rows("ap0>ann", "ap999>ann", "bp0>ann", `bp${count - 1}>ann`));
    expect(
      told(plan).every(
        (line) => line.endsWith("conflict chain") || line.endsWith("duplicate duplicate_pair"),
      ),
    ).toBe(true);
  },
);

it("merging a run twice changes nothing", async () => {
  const folder = temporaryFolder();
  const ledger = Ledger.open(folder, CORP);
  await livedThrough(ledger, folder, [
    { pair: "a0>ann", ended: "applied" },
    { pair: "a1>ann", ended: "unknown" },
    { pair: "a2>ann", ended: "unknown" },
  ]);
  const runFolder = newRunFolder(folder);
  const store = ledger.beginRun(runFolder);
  store.stager().add(rows("a0>bob", "a1>ann", "a2>bob", "a3>bob", "a4>bob"));
  await claimAndEnd(store, [
    { pair: "a0>bob", ended: "failed" },
    { pair: "a1>ann", ended: "failed" },
    { pair: "a2>bob", ended: "failed" },
    { pair: "a3>bob", ended: "applied" },
    { pair: "a4>bob", ended: "claimed" },
  ]);
  store.merge(DAY);
  ledger.leaveRun();
  ledger.close();
  const once = recordIn(folder);

  const again = Ledger.open(folder, CORP);
  again.openRun(runFolder)?.merge(DAY);
  again.close();
  expect(recordIn(folder)).toEqual(once);
  expect(once).toHaveLength(5);
});

it("the run after a killed one sends only the rest", async () => {
  const folder = temporaryFolder();
  const killed = Ledger.open(folder, CORP);
  const store = planned(killed, folder, rows("a>ann", "b>bob", "c>cyd", "d>dan"));
  const journal = store.journal();
  for (const seq of [1, 2, 3]) void journal.claim([{ seq: seq, attempts: 1 }]);
  await journal.recordOutcome(ending(1, "applied"));
  await journal.recordOutcome(ending(2, "failed"));
  killed.close();

  const ledger = openLedger(folder);
  const [unfinished, ...others] = ledger.unfinishedRuns();
  expect([unfinished, others]).toEqual([store.folder, []]);
  const found = ledger.openRun(store.folder);
  expect(found?.read.outcomeCounts()).toMatchObject({ applied: 1, failed: 1, unknown: 1, "not-sent": 1 });
  found?.merge(DAY);
  ledger.endRun(store.folder);
  expect(ledger.unfinishedRuns()).toEqual([]);
  expect(told(planned(ledger, folder, rows("a>ann", "b>bob", "c>cyd", "d>dan")))).toEqual([
    "2 unchanged in_place",
    "3 send",
    "4 send",
    "5 send",
  ]);
});
