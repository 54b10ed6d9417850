import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { Database } from "../../src/ledger/database.ts";
import { Journal } from "../../src/ledger/journal.ts";
import { RUN_SCHEMA } from "../../src/ledger/schema.ts";
import { WriteAheadLog } from "../../src/ledger/write-ahead-log.ts";
import { DAY, ending, temporaryFolder } from "./parts.ts";

/** A run's database without the ledger around it, so that the test can look into it. */
function openRun(folder = temporaryFolder()): Database {
  const database = Database.open(join(folder, "ledger.db"), "ledger");
  onTestFinished(() => database.close());
  database.attach(join(folder, "run.db"), "run");
  database.transaction(() => database.exec(RUN_SCHEMA));
  return database;
}

const claims = (database: Database) => database.all("SELECT seq, attempts FROM run.claim ORDER BY seq");
const outcomes = (database: Database) => database.all("SELECT * FROM run.outcome ORDER BY seq");

describe("a claim", () => {
  it("a claim is on record once its promise resolves", async () => {
    const database = openRun();
    await new Journal(database).claim([{ seq: 7, attempts: 1 }]);
    expect(claims(database)).toEqual([[7, 1]]);
  });

  it("a claim is committed to the file once its promise resolves", async () => {
    const folder = temporaryFolder();
    const database = openRun(folder);
    const transaction = vi.spyOn(database, "transaction");
    await new Journal(database).claim([{ seq: 7, attempts: 1 }]);
    expect(transaction).toHaveBeenCalledTimes(1);
    database.detach("run");
    database.attach(join(folder, "run.db"), "run");
    expect(claims(database)).toEqual([[7, 1]]);
  });

  it("a claim of a later attempt replaces an earlier claim", async () => {
    const database = openRun();
    const journal = new Journal(database);
    await journal.claim([{ seq: 7, attempts: 1 }]);
    await journal.claim([{ seq: 7, attempts: 2 }]);
    expect(claims(database)).toEqual([[7, 2]]);
  });

  it("a claim of 0 attempts withdraws the claim", async () => {
    const database = openRun();
    const journal = new Journal(database);
    await journal.claim([{ seq: 7, attempts: 1 }]);
    await journal.claim([{ seq: 8, attempts: 1 }]);
    await journal.claim([{ seq: 7, attempts: 0 }]);
    expect(claims(database)).toEqual([[8, 1]]);
  });

  it("the last claim or withdrawal within one turn wins", async () => {
    const database = openRun();
    const journal = new Journal(database);
    void journal.claim([{ seq: 1, attempts: 1 }]);
    void journal.claim([{ seq: 1, attempts: 0 }]);
    void journal.claim([{ seq: 2, attempts: 0 }]);
    void journal.claim([{ seq: 1, attempts: 1 }]);
    void journal.claim([{ seq: 3, attempts: 1 }]);
    void journal.claim([{ seq: 3, attempts: 0 }]);
    await journal.flush();
    expect(claims(database)).toEqual([[1, 1]]);
  });
});

describe("an outcome", () => {
  it("an outcome is recorded with all its fields", async () => {
    const database = openRun();
    const journal = new Journal(database);
    await journal.recordOutcome({
      seq: 3,
      ended: "failed",
      code: "err_x",
      message: 'it\'s "no" — 😀\u0001',
      retryable: true,
      attempts: 6,
      requestId: "r-1",
      atEpochMs: DAY,
    });
    await journal.recordOutcome(ending(4, "applied"));
    expect(outcomes(database)).toEqual([
      [3, "failed", "err_x", 'it\'s "no" — 😀\u0001', 1, 6, "r-1", DAY],
      [4, "applied", null, null, 0, 1, null, DAY],
    ]);
  });

  it("an outcome with half a surrogate pair or a NUL can be read back completely", async () => {
    const database = openRun();
    const texts = {
      code: "err\ud800_x",
      message: "half \ud800 pair\0 and \udc00 more",
      requestId: "r\0\udfff",
    };
    await new Journal(database).recordOutcome({ ...ending(1, "failed"), ...texts });
    expect(outcomes(database)[0]?.slice(2, 7)).toEqual([
      "err\ufffd_x",
      "half \ufffd pair\ufffd and \ufffd more",
      0,
      1,
      "r\ufffd\ufffd",
    ]);
  });

  it("a second outcome for a row is an internal error", async () => {
    const journal = new Journal(openRun());
    await journal.recordOutcome(ending(1, "applied"));
    await expect(journal.recordOutcome(ending(1, "failed"))).rejects.toThrow(/UNIQUE/);
  });
});

it("writes within one turn of the event loop are committed together", async () => {
  const database = openRun();
  const journal = new Journal(database);
  const transaction = vi.spyOn(database, "transaction");
  const promises = Array.from({ length: 64 }, (_, index) => journal.claim([{ seq: index + 1, attempts: 1 }]));
  await Promise.all([...promises, journal.recordOutcome(ending(1, "applied"))]);
  expect(transaction).toHaveBeenCalledTimes(1);
  expect(claims(database)).toHaveLength(64);
  expect(outcomes(database)).toHaveLength(1);
});

it("flush resolves when all earlier writes are on record", async () => {
  const database = openRun();
  const journal = new Journal(database);
  void journal.claim([{ seq: 1, attempts: 1 }]);
  void journal.recordOutcome(ending(1, "unknown"));
  await journal.flush();
  expect([claims(database).length, outcomes(database).length]).toEqual([1, 1]);
});

it("for any sequence of claims and flushes the journal keeps the latest state of each row", async () => {
  const word = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 30 }), async (words) => {
      const folder = temporaryFolder();
      const database = openRun(folder);
      const journal = new Journal(database);
      const expected = new Map<number, number>();
      for (const [seq, attempts, wait] of words) {
        const claimed = journal.claim([{ seq: seq, attempts: attempts }]);
        if (attempts === 0) expected.delete(seq);
        else expected.set(seq, attempts);
        if (!wait) continue;
        await claimed;
        expect(claims(database)).toEqual([...expected].sort(([a], [b]) => a - b));
      }
      await journal.flush();
      expect(claims(database)).toEqual([...expected].sort(([a], [b]) => a - b));
    }),
    { numRuns: 40 },
  );
});

describe("a disk that is full", () => {
  async function fullDisk() {
    const database = openRun();
    const [pages] = database.first("PRAGMA run.page_count") ?? [];
    database.exec(`PRAGMA run.max_page_count = ${pages}`);
    const journal = new Journal(database);
    const long = { ...ending(1, "failed"), code: "err_x", message: "x".repeat(100_000) } as const;
    const first = await journal.recordOutcome(long).catch((error: unknown) => error);
    return { database, journal, first };
  }

  it("a full disk is an output error that names the next step", async () => {
    const { first } = await fullDisk();
    expect(first).toBeInstanceOf(RunError);
    expect(first).toMatchObject({
      kind: "output",
      message: expect.stringMatching(/full.*same command again/s),
    });
  });

  it("every later call throws the error of a full disk, even when there is space again", async () => {
    const { database, journal, first } = await fullDisk();
    database.exec("PRAGMA run.max_page_count = 1000000");
    await expect(journal.claim([{ seq: 2, attempts: 1 }])).rejects.toBe(first);
    await expect(journal.recordOutcome(ending(2, "applied"))).rejects.toBe(first);
    await expect(journal.flush()).rejects.toBe(first);
    expect(outcomes(database)).toEqual([]);
  });

  it("a full disk keeps earlier commits and leaves no transaction open", async () => {
    const database = openRun();
    const journal = new Journal(database);
    await journal.claim([{ seq: 1, attempts: 1 }]);
    const [pages] = database.first("PRAGMA run.page_count") ?? [];
    database.exec(`PRAGMA run.max_page_count = ${pages}`);
    await expect(
      journal.recordOutcome({ ...ending(1, "failed"), message: "x".repeat(100_000) }),
    ).rejects.toThrow(RunError);
    database.exec("PRAGMA run.max_page_count = 1000000");
    expect(claims(database)).toEqual([[1, 1]]);
    expect(database.transaction(() => 5)).toBe(5);
  });

  it("a full disk rejects all writes of the same turn", async () => {
    const database = openRun();
    const journal = new Journal(database);
    database.exec("DROP TABLE run.outcome");
    const [claimed, ended] = await Promise.allSettled([
      journal.claim([{ seq: 1, attempts: 1 }]),
      journal.recordOutcome(ending(1, "applied")),
    ]);
    expect([claimed?.status, ended?.status]).toEqual(["rejected", "rejected"]);
    expect(claims(database)).toEqual([]);
  });
});

/** A clock on which each sleep ends when the test lets it. */
function steppedClock() {
  const sleeps: { readonly ms: number; readonly end: () => void }[] = [];
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((end) => {
      sleeps.push({ ms, end });
      signal?.addEventListener("abort", () => end(), { once: true });
    });
  return { sleeps, clock: { nowMs: () => 0, epochMs: () => DAY, sleep } };
}

describe("the write-ahead log", () => {
  /** A journal that counts the syncs of its log. */
  function countedSyncs() {
    const journal = new Journal(openRun());
    const sync = vi.spyOn(WriteAheadLog.prototype, "sync");
    onTestFinished(async () => {
      sync.mockRestore();
      await journal.close();
    });
    return { journal, sync };
  }

  it("the WAL is synced at least once a second while rows are recorded, and at the end", async () => {
    const { journal, sync } = countedSyncs();
    const { sleeps, clock } = steppedClock();
    const over = new AbortController();
    const kept = journal.keepSynced(clock, over.signal);
    for (const seq of [1, 2, 3]) {
      await journal.claim([{ seq, attempts: 1 }]);
      await vi.waitUntil(() => sleeps.length === seq);
      sleeps.at(-1)?.end();
      await vi.waitUntil(() => sync.mock.calls.length === seq);
    }
    await vi.waitUntil(() => sleeps.length === 4);
    expect(sleeps.filter(({ ms }) => ms > 1_000)).toEqual([]);
    await journal.recordOutcome(ending(1, "applied"));
    over.abort();
    await kept;
    expect(sync).toHaveBeenCalledTimes(4);
  });

  it("the WAL is not synced again without a new write", async () => {
    const { journal, sync } = countedSyncs();
    await journal.claim([{ seq: 1, attempts: 1 }]);
    await journal.sync();
    await journal.sync();
    expect(sync).toHaveBeenCalledTimes(1);
    await journal.claim([{ seq: 2, attempts: 1 }]);
    await journal.sync();
    expect(sync).toHaveBeenCalledTimes(2);
  });

  it("a failed sync makes the journal throw that error from then on", async () => {
    const folder = temporaryFolder();
    const journal = new Journal(openRun(folder));
    rmSync(join(folder, "run.db-wal"));
    const first: unknown = await journal.sync().catch((error: unknown) => error);
    expect(first).toMatchObject({ kind: "output", message: expect.stringContaining("run.db-wal") });
    await expect(journal.claim([{ seq: 1, attempts: 1 }])).rejects.toBe(first);
    await expect(journal.sync()).rejects.toBe(first);
  });
});
