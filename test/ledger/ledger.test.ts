import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import Libsql from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { RunError, type RunErrorKind } from "../../src/domain/run-error.ts";
import { Database } from "../../src/ledger/database.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { contentBelow } from "../support/temporary-folder.ts";
import {
  CORP,
  claimAndEnd,
  DAY,
  livedThrough,
  NO_RULES,
  newRunFolder,
  openLedger,
  planned,
  rows,
  temporaryFolder,
  told,
} from "./parts.ts";

const isWindows = process.platform === "win32";
const isRoot = process.getuid?.() === 0;

function refusal(work: () => unknown): RunError {
  try {
    work();
  } catch (error) {
    if (error instanceof RunError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

function refusedWith(kind: RunErrorKind, work: () => unknown): string {
  const error = refusal(work);
  expect(error.kind).toBe(kind);
  return error.message;
}

describe("a folder belongs to one account", () => {
  it("which is recorded at first use and let in again", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    Ledger.open(folder, CORP).close();
    expect(refusedWith("settings", () => Ledger.open(folder, { tenant: "other", loopback: false }))).toMatch(
      /ledger\.db belongs to the account "corp", but these credentials are for "other".*--out.*MIMECAST_TENANT=corp/,
    );
  });

  it.each([
    [true, false],
    [false, true],
  ])(
    "and a loopback address never passes for a real account, nor the other way round (%s, %s)",
    (first, second) => {
      const folder = temporaryFolder();
      Ledger.open(folder, { tenant: "corp", loopback: first }).close();
      const message = refusedWith("settings", () =>
        Ledger.open(folder, { tenant: "corp", loopback: second }),
      );
      expect(message).toMatch(
        /belongs to a .* \(corp\), but these settings are for .*Use another --out folder/,
      );
      expect(message).not.toContain("MIMECAST_TENANT");
    },
  );

  it("and whoever was refused holds no lock", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    refusal(() => Ledger.open(folder, { tenant: "other", loopback: false }));
    Ledger.open(folder, CORP).close();
  });
});

describe("the lock", () => {
  it("is held by one run at a time: a second one is told so, with the file", () => {
    const folder = temporaryFolder();
    openLedger(folder);
    expect(refusedWith("locked", () => Ledger.open(folder, CORP))).toBe(
      `${join(folder, "ledger.db")} is in use by another run. Wait for it to end, or stop it.`,
    );
  });

  it("is given back when the run ends", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    Ledger.open(folder, CORP).close();
  });

  it("holds against another process, and dies with it, even by kill -9", async () => {
    const folder = temporaryFolder();
    const holder = await holdInOtherProcess(folder);
    expect(refusedWith("locked", () => Ledger.open(folder, CORP))).toContain("in use by another run");
    holder.kill("SIGKILL");
    await once(holder, "exit");
    openLedger(folder);
  });
});

/** Another process, of the built program, that holds the ledger until it is killed. */
async function holdInOtherProcess(folder: string): Promise<ChildProcess> {
  return await inOtherProcess(`Ledger.open(${JSON.stringify(folder)}, ${JSON.stringify(CORP)})`);
}

/** Another process in the midst of a dry run. */
async function dryRunInOtherProcess(folder: string, name: string): Promise<ChildProcess> {
  const [out, work] = [folder, join(folder, name)].map((path) => JSON.stringify(path));
  return await inOtherProcess(`Ledger.openCopy(${out}, ${work}, 0)`, "ledger.beginDryRun();");
}

async function inOtherProcess(open: string, then = ""): Promise<ChildProcess> {
  const module = pathToFileURL(resolve("dist/ledger/ledger.js")).href;
  const script = `
    import { Ledger } from ${JSON.stringify(module)};
    const ledger = ${open};
    ${then}
    setInterval(() => ledger.knownCount(), 1000);
    console.log("held");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const ended = once(child, "exit").then(() =>
    Promise.reject(new Error("it ended before it held the ledger")),
  );
  ended.catch(() => undefined);
  await Promise.race([once(child.stdout, "data"), ended]);
  return child;
}

/** Where a link leads; nowhere if it has gone meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Where a dry run of these tests works. */
function dryFolder(folder: string): string {
  return join(folder, "20260103T000000000Z-dry");
}

describe("what a run keeps on disk", () => {
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it.skipIf(isWindows)("is private to its user: folders 0700, files 0600, the logs among them", () => {
    const parent = temporaryFolder();
    const folder = join(parent, "new", "runs");
    const ledger = openLedger(folder);
    const runFolder = newRunFolder(folder);
    const store = ledger.beginRun(runFolder);
    store.stager().add(rows("a>ann"));
    const files = [folder, runFolder].flatMap((it) =>
      readdirSync(it, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => [entry.name, mode(join(it, entry.name))]),
    );
    expect(Object.fromEntries(files)).toEqual({
      "ledger.db": "600",
      "ledger.db-wal": "600",
      "run.db": "600",
      "run.db-wal": "600",
    });
    expect([mode(folder), mode(join(parent, "new")), mode(runFolder)]).toEqual(["700", "700", "700"]);
  });

  it("is one whole file once the ledger is closed", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    expect(readdirSync(folder)).toEqual(["ledger.db"]);
  });

  it("of a run that ended is gone, its log too, unless it is to be kept", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const store = planned(ledger, folder, rows("a>ann"));
    expect(readdirSync(store.folder)).toContain("run.db");
    expect(ledger.unfinishedRuns()).toEqual([store.folder]);
    ledger.leaveRun();
    expect(readdirSync(store.folder)).toContain("run.db");
    ledger.openRun(store.folder);
    writeFileSync(join(store.folder, "results.csv"), "");
    ledger.endRun(store.folder);
    expect(readdirSync(store.folder)).toEqual(["results.csv"]);
    expect(ledger.unfinishedRuns()).toEqual([]);
  });

  it("of a run that died before it had put anything on record is no run, and leaves room for another", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const runFolder = newRunFolder(folder);
    mkdirSync(runFolder);
    writeFileSync(join(runFolder, "run.db"), "");
    expect(ledger.unfinishedRuns()).toEqual([runFolder]);
    expect(ledger.openRun(runFolder)).toBeUndefined();
    expect(told(planned(ledger, folder, rows("a>ann")))).toEqual(["2 send"]);
  });

  it("says what a run noted of itself, the last word counting", () => {
    const folder = temporaryFolder();
    const store = openLedger(folder).beginRun(newRunFolder(folder));
    store.setMeta("name", "one");
    store.setMeta("name", "two");
    expect([store.getMeta("name"), store.getMeta("other")]).toEqual(["two", undefined]);
  });

  it.runIf(process.platform === "linux")("has its temporary files beside it, not in /tmp", () => {
    const folder = temporaryFolder();
    const database = Database.open(join(folder, "it's a ledger.db"), "ledger");
    onTestFinished(() => database.close());
    database.exec("CREATE TEMP TABLE many (text)");
    database.exec(`
      WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT 300000)
      INSERT INTO many SELECT hex(randomblob(20)) FROM number
    `);
    const open = readdirSync("/proc/self/fd").map((descriptor) => linkOf(`/proc/self/fd/${descriptor}`));
    const temporary = open.filter((path) => path.includes("etilqs_"));
    expect(temporary).toEqual([expect.stringContaining(`${realpathSync(folder)}/etilqs_`)]);
  });

  it("holds the quota that was seen last", () => {
    const folder = temporaryFolder();
    const ledger = Ledger.open(folder, CORP);
    expect(ledger.lastRate()).toEqual({});
    ledger.saveRate({ quota: { calls: 700, windowMs: 6_000 } });
    ledger.saveRate({ quota: { calls: 800, windowMs: 5_000 }, latencyMs: 212.5 });
    ledger.saveRate({});
    ledger.close();
    expect(openLedger(folder).lastRate()).toEqual({
      quota: { calls: 800, windowMs: 5_000 },
      latencyMs: 212.5,
    });
  });

  it("lists unfinished runs oldest first, and nothing else that lies in the folder", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const [later, earlier, done, own] = ["20260103", "20260101", "20260102", "own"].map((day) =>
      join(folder, `${day}T000000000Z-a`),
    );
    for (const path of [later, earlier, done, own]) mkdirSync(path ?? "");
    for (const path of [later, earlier, own]) writeFileSync(join(path ?? "", "run.db"), "");
    writeFileSync(join(folder, "run.db"), "");
    expect(ledger.unfinishedRuns()).toEqual([earlier, later]);
  });
});

describe("what a run leaves", () => {
  it("goes with nothing that is not the tool's own", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const store = ledger.beginRun(newRunFolder(folder));
    const names = [
      "notes.txt",
      "my.csv.part",
      "dry-run-notes.txt",
      "results.csv.part",
      "dry-run-ledger.db-wal",
    ];
    for (const name of names) writeFileSync(join(store.folder, name), "");
    ledger.endRun(store.folder);
    expect(readdirSync(store.folder).sort()).toEqual(["dry-run-notes.txt", "my.csv.part", "notes.txt"]);
  });

  it.skipIf(isWindows)("goes with the database before its log, which alone is nothing", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const store = planned(ledger, folder, rows("a>ann"));
    const log = join(store.folder, "run.db-wal");
    rmSync(log);
    mkdirSync(log);
    // A folder in the log's place can't be deleted: the process "dies" there.
    expect(refusedWith("output", () => ledger.endRun(store.folder))).toContain("can't be written");
    expect(readdirSync(store.folder)).toEqual(["run.db-wal"]);
    expect(ledger.unfinishedRuns()).toEqual([]);
  });
});

describe("a killed run that can't be opened", () => {
  it("as its file is none of SQLite's, names that file and how to go on, and stays as it is", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const runFolder = newRunFolder(folder);
    mkdirSync(runFolder);
    writeFileSync(join(runFolder, "run.db"), "my own notes\n".repeat(500));
    expect(refusedWith("output", () => ledger.openRun(runFolder))).toBe(
      `${join(runFolder, "run.db")} is not a run of this tool, or is damaged (file is not a database). ` +
        `Move the folder ${runFolder} away. Its rows are then planned and sent again.`,
    );
    expect(readFileSync(join(runFolder, "run.db"), "utf8")).toContain("my own notes");
    expect(told(planned(ledger, folder, rows("a>ann")))).toEqual(["2 send"]);
  });

  it("as it is another program's database, is refused likewise and not touched", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const runFolder = newRunFolder(folder);
    mkdirSync(runFolder);
    const foreign = new Libsql(join(runFolder, "run.db"));
    foreign.exec("CREATE TABLE row (a)");
    foreign.close();
    const before = readFileSync(join(runFolder, "run.db"));
    expect(refusedWith("output", () => ledger.openRun(runFolder))).toMatch(
      /run\.db is not a run .*Move the folder/,
    );
    expect(readFileSync(join(runFolder, "run.db")).equals(before)).toBe(true);
    expect(refusedWith("output", () => Ledger.openCopy(folder, dryFolder(folder), DAY))).toContain(
      `${join(runFolder, "run.db")} is not a run`,
    );
    expect(existsSync(dryFolder(folder))).toBe(false);
  });

  it("as a part of it is damaged, names it and not the ledger", async () => {
    const folder = temporaryFolder();
    const ledger = Ledger.open(folder, CORP);
    const pairs = Array.from({ length: 3_000 }, (_, index) => `a${index}>ann`);
    const store = planned(ledger, folder, rows(...pairs));
    await claimAndEnd(
      store,
      pairs.slice(0, 2_000).map((pair) => ({ pair, ended: "applied" })),
    );
    ledger.close();
    const path = join(store.folder, "run.db");
    const bytes = readFileSync(path);
    bytes.fill(0xee, 8 * 4096);
    writeFileSync(path, bytes);
    const again = openLedger(folder);
    const message = refusedWith("output", () => again.openRun(store.folder)?.merge(DAY));
    expect(message).toMatch(/run\.db is not a run of this tool, or is damaged .*Move the folder/);
  });
});

describe("a ledger that can't be used", () => {
  it("because the file is none: says so, and what to do", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ledger.db"), "aliasFor,alias\n".repeat(500));
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(
      /ledger\.db is not a ledger of this tool, or is damaged .*Restore it from a backup, or use another --out folder/,
    );
  });

  it("because the folder's name is a file's: says so, and what to do", () => {
    const file = join(temporaryFolder(), "runs");
    writeFileSync(file, "");
    expect(refusedWith("output", () => Ledger.open(file, CORP))).toMatch(
      /runs can't be written: .*another folder/,
    );
  });

  it("because a folder has its name: says so", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "ledger.db"));
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(/ledger\.db can't be written/);
  });

  it("because its link leads nowhere: says so", () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, "absent", "ledger.db"), join(folder, "ledger.db"));
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(/ledger\.db can't be written/);
  });

  it.skipIf(isRoot || isWindows)("because it may not be written: says so", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    chmodSync(join(folder, "ledger.db"), 0o400);
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(/ledger\.db can't be written/);
  });
});

describe("a ledger that a later version has written", () => {
  it("is refused, by a dry run too, and left as it is", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    const database = Database.open(join(folder, "ledger.db"), "ledger");
    database.run("UPDATE ledger.fact SET value = '3' WHERE name = 'version'");
    database.close();
    const before = readFileSync(join(folder, "ledger.db"));
    const message = /ledger\.db has the format 3, and this version of the tool knows 2/;
    expect(refusedWith("settings", () => Ledger.open(folder, CORP))).toMatch(message);
    expect(refusedWith("settings", () => Ledger.openCopy(folder, dryFolder(folder), DAY))).toMatch(message);
    expect(readFileSync(join(folder, "ledger.db")).equals(before)).toBe(true);
  });
});

describe("a dry run works in a copy of the ledger", () => {
  it("which knows what the ledger knows, also while a run holds it", async () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    await livedThrough(ledger, folder, [{ pair: "a>ann", ended: "applied" }]);
    const copy = Ledger.openCopy(folder, dryFolder(folder), DAY);
    const store = copy.beginDryRun();
    store.stager().add(rows("a>ann", "b>ann"));
    store.plan(NO_RULES);
    expect(told(store)).toEqual(["2 unchanged in_place", "3 send"]);
    expect(copy.path).toBe(ledger.path);
    copy.discard();
  });

  it("and leaves the ledger as it was: not locked, not changed, not made", async () => {
    const folder = temporaryFolder();
    const ledger = Ledger.open(folder, CORP);
    await livedThrough(ledger, folder, [{ pair: "a>ann", ended: "applied" }]);
    ledger.close();
    const before = readFileSync(join(folder, "ledger.db"));
    const copy = Ledger.openCopy(folder, dryFolder(folder), DAY);
    const store = copy.beginDryRun();
    store.stager().add(rows("b>ann"));
    await claimAndEnd(store, [{ pair: "b>ann", ended: "applied" }]);
    store.merge(DAY);
    expect(copy.knownCount()).toBe(2);
    Ledger.open(folder, CORP).close();
    copy.discard();
    expect(readFileSync(join(folder, "ledger.db")).equals(before)).toBe(true);

    const empty = temporaryFolder();
    Ledger.openCopy(empty, dryFolder(empty), DAY).discard();
    expect(existsSync(join(empty, "ledger.db"))).toBe(false);
  });

  it("which is gone afterwards, and is no unfinished run meanwhile", () => {
    const folder = temporaryFolder();
    const copy = Ledger.openCopy(folder, dryFolder(folder), DAY);
    copy.beginDryRun().stager().add(rows("a>ann"));
    const ledger = openLedger(folder);
    expect(ledger.unfinishedRuns()).toEqual([]);
    copy.discard();
    expect(existsSync(dryFolder(folder))).toBe(false);
  });

  it("and counts in what a killed run has on record, without touching it", async () => {
    const living = temporaryFolder();
    const ledger = openLedger(living);
    await livedThrough(ledger, living, [{ pair: "c>cyd", ended: "applied" }]);
    await claimAndEnd(planned(ledger, living, rows("a>ann", "b>bob", "d>dan")), [
      { pair: "a>ann", ended: "applied" },
      { pair: "b>bob", ended: "claimed" },
    ]);
    // What a killed process leaves: the databases with their logs.
    const folder = temporaryFolder();
    cpSync(living, folder, { recursive: true });
    const before = contentBelow(folder);

    const copy = Ledger.openCopy(folder, dryFolder(folder), DAY);
    expect(copy.knownCount()).toBe(3);
    const store = copy.beginDryRun();
    store.stager().add(rows("a>ann", "b>zoe", "c>cyd", "d>dan"));
    store.plan(NO_RULES);
    expect(told(store)).toEqual([
      "2 unchanged in_place",
      "3 conflict move",
      "4 unchanged in_place",
      "5 send",
    ]);
    copy.discard();
    expect(contentBelow(folder)).toBe(before);
  });

  it("and what one that was killed left is cleared away by whoever comes next, but not one that is alive", async () => {
    const folder = temporaryFolder();
    const alive = await dryRunInOtherProcess(folder, "20260102T000000001Z-alive");
    const dead = await dryRunInOtherProcess(folder, "20260102T000000002Z-dead");
    dead.kill("SIGKILL");
    await once(dead, "exit");
    writeFileSync(join(folder, "20260102T000000002Z-dead", "plan.csv.part"), "");
    openLedger(folder);
    expect(readdirSync(folder).filter((name) => name.includes("Z-"))).toEqual(["20260102T000000001Z-alive"]);
    expect(readdirSync(join(folder, "20260102T000000001Z-alive"))).toContain("dry-run-ledger.db");
    alive.kill("SIGKILL");
    await once(alive, "exit");
    Ledger.openCopy(folder, dryFolder(folder), DAY).discard();
    expect(readdirSync(folder).filter((name) => name.includes("Z-"))).toEqual([]);
  });

  it("and asks for another try while the ledger is being written", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "ledger.db");
    writeFileSync(path, Buffer.alloc(50_000_000));
    const writer = new Worker(
      `const { openSync, writeSync } = require("node:fs");
       const file = openSync(${JSON.stringify(path)}, "r+");
       require("node:worker_threads").parentPort.postMessage("writing");
       for (;;) writeSync(file, "x", 0);`,
      { eval: true },
    );
    onTestFinished(async () => void (await writer.terminate()));
    await once(writer, "message");
    expect(refusedWith("locked", () => Ledger.openCopy(folder, dryFolder(folder), DAY))).toMatch(
      /ledger\.db is being written: .*Try again/,
    );
    expect(existsSync(dryFolder(folder))).toBe(false);
  });

  it("and names the ledger, not the copy, where it is no ledger", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ledger.db"), "aliasFor,alias\n".repeat(500));
    const message = refusedWith("output", () => Ledger.openCopy(folder, dryFolder(folder), DAY));
    expect(message).toContain(`${join(folder, "ledger.db")} is not a ledger`);
  });
});

it("the number of aliases that it knows counts each once", async () => {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  expect(ledger.knownCount()).toBe(0);
  await livedThrough(
    ledger,
    folder,
    [
      { pair: "a>ann", ended: "applied" },
      { pair: "b>ann", ended: "failed" },
    ],
    [{ pair: "a>bob", ended: "unknown" }],
  );
  expect(ledger.knownCount()).toBe(2);
});
