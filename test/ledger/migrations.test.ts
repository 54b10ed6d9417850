import { readFileSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/ledger/ledger.ts";
import {
  CORP,
  DAY,
  livedThrough,
  NO_RULES,
  openLedger,
  planned,
  plansOf,
  rows,
  temporaryFolder,
} from "./parts.ts";

/** The tables of format 1, as the first version of the tool made them. */
const FORMAT_1 = `
  CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE alias (
    alias TEXT PRIMARY KEY,
    in_place TEXT,
    in_place_at INTEGER,
    unanswered TEXT,
    tried TEXT NOT NULL,
    ended TEXT NOT NULL,
    ended_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO fact VALUES ('version', '1'), ('tenant', 'corp'), ('loopback', 'false'), ('quota_calls', '800'),
    ('quota_window_ms', '5000');
  INSERT INTO alias VALUES
    ('a@x.example', 'ann@x.example', ${DAY}, NULL, 'ann@x.example', 'applied', ${DAY}),
    ('b@x.example', NULL, NULL, 'bob@x.example', 'bob@x.example', 'unknown', ${DAY}),
    ('c@x.example', NULL, NULL, NULL, 'cyd@x.example', 'failed', ${DAY});
`;

function folderOfFormat1(): string {
  const folder = temporaryFolder();
  const database = new Libsql(join(folder, "ledger.db"));
  database.exec(FORMAT_1);
  database.close();
  return folder;
}

const MESSAGES = [
  "in place since 2026-01-02T00:00:00Z",
  "may be in place for bob@x.example (a call without an answer 2026-01-02T00:00:00Z); release with --allow move",
  "",
];

describe("a ledger of format 1", () => {
  it("a ledger of format 1 is migrated in place and keeps its content", () => {
    const folder = folderOfFormat1();
    const ledger = Ledger.open(folder, CORP);
    expect(ledger.knownCount()).toBe(3);
    expect(ledger.lastRate()).toMatchObject({ quota: { calls: 800, windowMs: 5_000 } });
    const store = planned(ledger, folder, rows("a>ann", "b>ann", "c>cyd"));
    expect(plansOf(store).map(({ plan }) => plan)).toEqual(["unchanged", "conflict", "send"]);
    expect(plansOf(store).map(({ message }) => message)).toEqual(MESSAGES);
    ledger.close();
    expect(openLedger(folder).knownCount()).toBe(3);
  });

  it("a migrated ledger stores the run of each later outcome", async () => {
    const folder = folderOfFormat1();
    const ledger = openLedger(folder);
    await livedThrough(ledger, folder, [
      { pair: "a>ann", ended: "applied" },
      { pair: "b>bob", ended: "unknown" },
    ]);
    const [first, second] = plansOf(planned(ledger, folder, rows("a>ann", "b>ann")));
    expect(first?.message).toMatch(/^in place since \S+Z, run \d{8}T\d{9}Z-test$/);
    expect(second?.message).toMatch(/\(a call without an answer \S+Z, run \d{8}T\d{9}Z-test\)/);
  });

  it("a migrated ledger finds the aliases of a primary, old and new", async () => {
    const folder = folderOfFormat1();
    const ledger = openLedger(folder);
    await livedThrough(ledger, folder, [{ pair: "d>dan", ended: "applied" }]);
    const plans = plansOf(planned(ledger, folder, rows("ann>eve", "dan>eve")));
    expect(plans.map(({ code }) => code)).toEqual(["chain", "chain"]);
  });

  it("a dry run migrates its copy and does not change a ledger of format 1", () => {
    const folder = folderOfFormat1();
    const before = readFileSync(join(folder, "ledger.db"));
    const copy = Ledger.openCopy(folder, join(folder, "20260103T000000000Z-dry"), DAY);
    const store = copy.beginDryRun();
    store.stager().add(rows("a>ann", "b>ann", "c>cyd"));
    store.plan(NO_RULES);
    expect(plansOf(store).map(({ message }) => message)).toEqual(MESSAGES);
    copy.discard();
    expect(readFileSync(join(folder, "ledger.db")).equals(before)).toBe(true);
  });

  it("a ledger of format 1 of another account is refused and not changed", () => {
    const folder = folderOfFormat1();
    expect(() => Ledger.open(folder, { tenant: "other", loopback: false })).toThrow(
      /belongs to the account "corp"/,
    );
    const after = new Libsql(join(folder, "ledger.db"));
    expect(after.prepare("SELECT value FROM fact WHERE name = 'version'").raw().get()).toEqual(["1"]);
    after.close();
  });
});

it("a run that sent nothing stores no name in the ledger, and a run merged twice stores one", async () => {
  const folder = temporaryFolder();
  const ledger = Ledger.open(folder, CORP);
  const store = planned(ledger, folder, rows("a>ann"));
  store.merge(DAY);
  ledger.endRun(store.folder);
  await livedThrough(ledger, folder, [{ pair: "a>ann", ended: "applied" }]);
  const again = planned(ledger, folder, rows("b>ann"));
  await again.journal().claim([{ seq: 1, attempts: 1 }]);
  again.merge(DAY);
  again.merge(DAY);
  ledger.close();
  const database = new Libsql(join(folder, "ledger.db"));
  expect(database.prepare("SELECT count(*) FROM run_name").raw().get()).toEqual([2]);
  database.close();
});
