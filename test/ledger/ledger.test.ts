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
  it("a folder belongs to the account of its first use, which may use it again", () => {
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
  ])("a loopback address is never treated as a real account, or the reverse (%s, %s)", (first, second) => {
    const folder = temporaryFolder();
    Ledger.open(folder, { tenant: "corp", loopback: first }).close();
    const message = refusedWith("settings", () => Ledger.open(folder, { tenant: "corp", loopback: second }));
    expect(message).toMatch(
      /belongs to a .* \(corp\), but these settings are for .*Use another --out folder/,
    );
    expect(message).not.toContain("MIMECAST_TENANT");
  });

  it("a refused account holds no lock", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    refusal(() => Ledger.open(folder, { tenant: "other", loopback: false }));
    Ledger.open(folder, CORP).close();
  });
});

describe("the lock", () => {
  it("a second run is refused with the locked file's name", () => {
    const folder = temporaryFolder();
    openLedger(folder);
    expect(refusedWith("locked", () => Ledger.open(folder, CORP))).toBe(
      `${join(folder, "ledger.db")} is in use by another run. Wait for it to end, or stop it.`,
    );
  });

  it("the lock is released when the run ends", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    Ledger.open(folder, CORP).close();
  });

  it("the lock excludes other processes and ends with its process, even after kill -9", async () => {
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

describe("the files of a run", () => {
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it.skipIf(isWindows)("files are private to their user: folders 0700, files and WALs 0600", () => {
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

  it("a closed ledger is one complete file", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    expect(readdirSync(folder)).toEqual(["ledger.db"]);
  });

  it("the file of an ended run is deleted with its WAL unless it is left unfinished", () => {
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

  it("a run that died before it recorded anything is not a run, and another can begin", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const runFolder = newRunFolder(folder);
    mkdirSync(runFolder);
    writeFileSync(join(runFolder, "run.db"), "");
    expect(ledger.unfinishedRuns()).toEqual([runFolder]);
    expect(ledger.openRun(runFolder)).toBeUndefined();
    expect(told(planned(ledger, folder, rows("a>ann")))).toEqual(["2 send"]);
  });

  it("a killed run of a version that named its view otherwise can be read and merged", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const store = planned(ledger, folder, rows("a>ann"));
    ledger.leaveRun();
    const file = Database.open(join(store.folder, "run.db"), "run");
    file.exec("DROP VIEW run.row_result; CREATE VIEW run.ending AS SELECT seq FROM run.row");
    file.close();
    const killed = ledger.openRun(store.folder);
    killed?.merge(DAY);
    expect(killed?.read.outcomeCounts()).toMatchObject({ "not-sent": 1 });
  });

  it("the last value of a run's metadata counts", () => {
    const folder = temporaryFolder();
    const store = openLedger(folder).beginRun(newRunFolder(folder));
    store.setMeta("name", "one");
    store.setMeta("name", "two");
    expect([store.getMeta("name"), store.getMeta("other")]).toEqual(["two", undefined]);
  });

  it.runIf(process.platform === "linux")(
    "SQLite's temporary files are in the run's folder, not in /tmp",
    () => {
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
    },
  );

  it("the ledger keeps the last observed quota", () => {
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

  it("unfinished runs are listed oldest first, and no other folder is", () => {
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

describe("the end of a run", () => {
  it("endRun deletes only files that the tool created", () => {
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

  it.skipIf(isWindows)("endRun deletes a database before its WAL", () => {
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
  it("a killed run whose file is not a database is named with the remedy and not changed", () => {
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

  it("a killed run's file that is another program's database is refused and not changed", () => {
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

  it("a damaged killed run is named, and the ledger is not", async () => {
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
  it("a ledger that is not a database is refused with the remedy", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ledger.db"), "aliasFor,alias\n".repeat(500));
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(
      /ledger\.db is not a ledger of this tool, or is damaged .*Restore it from a backup, or use another --out folder/,
    );
  });

  it("a folder whose name is a file's is refused with the remedy", () => {
    const file = join(temporaryFolder(), "runs");
    writeFileSync(file, "");
    expect(refusedWith("output", () => Ledger.open(file, CORP))).toMatch(
      /runs can't be written: .*another folder/,
    );
  });

  it("a folder with the ledger's name is reported", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "ledger.db"));
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(/ledger\.db can't be written/);
  });

  it("a dangling link in place of the ledger is reported", () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, "absent", "ledger.db"), join(folder, "ledger.db"));
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(/ledger\.db can't be written/);
  });

  it.skipIf(isRoot || isWindows)("a ledger without write permission is reported", () => {
    const folder = temporaryFolder();
    Ledger.open(folder, CORP).close();
    chmodSync(join(folder, "ledger.db"), 0o400);
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(/ledger\.db can't be written/);
  });
});

describe("a ledger that a later version has written", () => {
  it("a ledger of a later version is refused and not changed, even by a dry run", () => {
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
  it("a dry run has the state of the ledger, even while a run holds it", async () => {
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

  it("a dry run neither locks, changes nor creates the ledger", async () => {
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

  it("a dry run's copy is deleted afterwards and never counts as an unfinished run", () => {
    const folder = temporaryFolder();
    const copy = Ledger.openCopy(folder, dryFolder(folder), DAY);
    copy.beginDryRun().stager().add(rows("a>ann"));
    const ledger = openLedger(folder);
    expect(ledger.unfinishedRuns()).toEqual([]);
    copy.discard();
    expect(existsSync(dryFolder(folder))).toBe(false);
  });

  it("a dry run includes a killed run's outcomes without changing its file", async () => {
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

  it("the next run removes the files of a killed dry run, but not those of a live one", async () => {
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

  it("a dry run asks you to try again while the ledger is being written", async () => {
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

  it("a dry run names the ledger, not the copy, if the file is not a ledger", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ledger.db"), "aliasFor,alias\n".repeat(500));
    const message = refusedWith("output", () => Ledger.openCopy(folder, dryFolder(folder), DAY));
    expect(message).toContain(`${join(folder, "ledger.db")} is not a ledger`);
  });
});

it("knownCount counts each alias once", async () => {
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
