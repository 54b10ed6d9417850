import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, type TestContext, test, vi } from "vitest";
import { Journal } from "../../../src/ledger/journal.ts";
import { Ledger } from "../../../src/ledger/ledger.ts";
import { simulatorFor } from "../../simulator/running-simulator.ts";
import { hastyClock } from "../../support/clocks.ts";
import { importing, outcomesOf } from "../../support/corridor.ts";
import { manyRows } from "../../support/csv-files.ts";
import { CutDisk } from "./cut-disk.ts";

/** Moments at which the power is cut while rows are sent; `POWER_CUTS=200` for more than a suite has time for. */
const CUTS = Number(process.env["POWER_CUTS"] ?? 16);
const CALLS_BETWEEN_CUTS = 12;
const ROWS = CUTS * CALLS_BETWEEN_CUTS;
const CSV = manyRows(ROWS);

/** Rows whose outcome is on record, by sequence, and how many of them the last sync that ended has brought to the disk. */
interface OnRecord {
  readonly rows: number[];
  synced: number;
}

let onRecord: OnRecord;

/** Watches the journal: a row counts as synced if its outcome was on record before a sync began that has ended. */
beforeEach(() => {
  onRecord = { rows: [], synced: 0 };
  const { recordOutcome: end, sync } = Journal.prototype;
  vi.spyOn(Journal.prototype, "recordOutcome").mockImplementation(async function (this: Journal, ending) {
    await end.call(this, ending);
    onRecord.rows.push(ending.seq);
  });
  vi.spyOn(Journal.prototype, "sync").mockImplementation(async function (this: Journal) {
    const count = onRecord.rows.length;
    await sync.call(this);
    onRecord.synced = count;
  });
  return () => vi.restoreAllMocks();
});

function emptyDisk(context: TestContext): CutDisk {
  return CutDisk.empty() ?? context.skip("needs mkfs.ext4, and a user who may mount a file system");
}

/** Imports on the disk; `onSent` is told how many rows were sent before this one. */
async function importOn(disk: CutDisk, onSent: (before: number) => void = () => undefined) {
  const simulator = await simulatorFor({ latencyMs: 5 });
  let count = 0;
  const imported = await importing(simulator, CSV, {
    folder: join(disk.path, "runs"),
    // Ten times as fast, so that many syncs fit into a short run.
    clock: hastyClock(10),
    sending: { concurrency: 8 },
    onSent: () => {
      onSent(count);
      count += 1;
    },
  });
  return { ...imported, sentSeqs: imported.sent.map(({ alias }) => Number(/\d+/.exec(alias)?.[0])) };
}

/** Imports once more on what the power cut left. */
async function importAfter(snapshot: Buffer) {
  return await importOn(CutDisk.after(snapshot));
}

function expectAllInPlace(results: Awaited<ReturnType<typeof importOn>>["results"]): void {
  const inPlace = new Set(["applied", "unchanged in_place"]);
  expect(outcomesOf(results).filter((outcome) => !inPlace.has(outcome))).toEqual([]);
}

test(`A power cut at any of ${CUTS} moments while rows are sent loses no row, and none that was synced is sent again`, {
  timeout: 60_000 + CUTS * 5_000,
}, async (context) => {
  const disk = emptyDisk(context);
  const cuts: { readonly snapshot: Buffer; readonly synced: readonly number[] }[] = [];
  await importOn(disk, (before) => {
    if (before % CALLS_BETWEEN_CUTS !== CALLS_BETWEEN_CUTS / 2) return;
    const synced = onRecord.rows.slice(0, onRecord.synced);
    cuts.push({ snapshot: disk.snapshot(), synced });
  });
  expect(cuts).toHaveLength(CUTS);
  expect(cuts.at(-1)?.synced.length).toBeGreaterThan(0);
  for (const { snapshot, synced } of cuts) {
    const again = await importAfter(snapshot);
    expectAllInPlace(again.results);
    expect(synced.filter((seq) => again.sentSeqs.includes(seq))).toEqual([]);
  }
});

test("A power cut before the first call leaves the run's plan on the disk", async (context) => {
  const disk = emptyDisk(context);
  const cuts: Buffer[] = [];
  const first = await importOn(disk, (before) => {
    if (before === 0) cuts.push(disk.snapshot());
  });
  const after = CutDisk.after(cuts[0] ?? Buffer.alloc(0));
  await importOn(after);
  expect(existsSync(join(after.path, "runs", first.summary.run, "results.csv"))).toBe(true);
});

/** Calls `look` just before and just after a run's record is deleted, with the deletion on the disk. */
function watchEndOfRun(disk: CutDisk, look: () => void): void {
  const { endRun } = Ledger.prototype;
  vi.spyOn(Ledger.prototype, "endRun").mockImplementation(function (this: Ledger, folder) {
    disk.syncNames();
    look();
    endRun.call(this, folder);
    disk.syncNames();
    look();
  });
}

test("A power cut before or after a run's record is deleted loses no outcome and no result file", async (context) => {
  const disk = emptyDisk(context);
  const cuts: Buffer[] = [];
  watchEndOfRun(disk, () => cuts.push(disk.snapshot()));
  const first = await importOn(disk);
  expect(cuts).toHaveLength(2);
  vi.restoreAllMocks();
  for (const snapshot of cuts) {
    const after = CutDisk.after(snapshot);
    for (const path of Object.values(first.files)) {
      expect(existsSync(path.replace(disk.path, after.path))).toBe(true);
    }
    expect((await importOn(after)).sentSeqs).toEqual([]);
  }
});

test("A power cut after a killed run was taken over loses nothing that was on the disk before", async (context) => {
  const disk = emptyDisk(context);
  const cuts: Buffer[] = [];
  await importOn(disk, (before) => {
    if (before === ROWS - 1) cuts.push(disk.snapshot());
  });
  const killed = CutDisk.after(cuts[0] ?? Buffer.alloc(0));
  const takenOver: Buffer[] = [];
  watchEndOfRun(killed, () => takenOver.push(killed.snapshot()));
  const second = await importOn(killed);
  vi.restoreAllMocks();
  const kept = Array.from({ length: ROWS }, (_, index) => index + 1).filter(
    (seq) => !second.sentSeqs.includes(seq),
  );
  expect(kept.length).toBeGreaterThan(0);
  for (const snapshot of takenOver) {
    const third = await importAfter(snapshot);
    expectAllInPlace(third.results);
    expect(kept.filter((seq) => third.sentSeqs.includes(seq))).toEqual([]);
  }
});
