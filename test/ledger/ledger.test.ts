import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { RunError, type RunErrorKind } from "../../src/domain/run-error.ts";
import { Database } from "../../src/ledger/database.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
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
  const module = pathToFileURL(resolve("dist/ledger/ledger.js")).href;
  const script = `
    import { Ledger } from ${JSON.stringify(module)};
    const ledger = Ledger.open(${JSON.stringify(folder)}, ${JSON.stringify(CORP)});
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
    ledger.endRun(store.folder, true);
    expect(readdirSync(store.folder)).toContain("run.db");
    ledger.openRun(store.folder);
    ledger.endRun(store.folder);
    expect(readdirSync(store.folder)).toEqual([]);
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
    store.describe("name", "one");
    store.describe("name", "two");
    expect([store.description("name"), store.description("other")]).toEqual(["two", undefined]);
  });

  it("holds the quota that was seen last", () => {
    const folder = temporaryFolder();
    const ledger = Ledger.open(folder, CORP);
    expect(ledger.quota()).toBeUndefined();
    ledger.rememberQuota({ calls: 700, windowMs: 6_000 });
    ledger.rememberQuota({ calls: 800, windowMs: 5_000 });
    ledger.close();
    expect(openLedger(folder).quota()).toEqual({ calls: 800, windowMs: 5_000 });
  });

  it("lists unfinished runs oldest first, and nothing else that lies in the folder", () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    for (const name of ["20260103-b", "20260101-a", "20260102-done"]) mkdirSync(join(folder, name));
    for (const name of ["20260103-b", "20260101-a"]) writeFileSync(join(folder, name, "run.db"), "");
    writeFileSync(join(folder, "run.db"), "");
    expect(ledger.unfinishedRuns()).toEqual([join(folder, "20260101-a"), join(folder, "20260103-b")]);
  });
});

describe("a ledger that can't be used", () => {
  it("because the file is none: says so, and what to do", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ledger.db"), "aliasFor,alias\n".repeat(500));
    expect(refusedWith("output", () => Ledger.open(folder, CORP))).toMatch(
      /ledger\.db is no ledger of this tool, or is damaged .*Restore it from a backup, or use another --out folder/,
    );
  });

  it("because the folder's name is a file's: says so, and what to do", () => {
    const file = join(temporaryFolder(), "runs");
    writeFileSync(file, "");
    expect(refusedWith("output", () => Ledger.open(file, CORP))).toMatch(/runs can't be made .*--out/);
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
    database.run("UPDATE ledger.fact SET value = '2' WHERE name = 'version'");
    database.close();
    const before = readFileSync(join(folder, "ledger.db"));
    const message = /ledger\.db has the format 2, and this version of the tool knows 1/;
    expect(refusedWith("settings", () => Ledger.open(folder, CORP))).toMatch(message);
    expect(refusedWith("settings", () => Ledger.openCopy(folder, join(folder, "dry")))).toMatch(message);
    expect(readFileSync(join(folder, "ledger.db")).equals(before)).toBe(true);
  });
});

describe("a dry run works in a copy of the ledger", () => {
  it("which knows what the ledger knows, also while a run holds it", async () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    await livedThrough(ledger, folder, [{ pair: "a>ann", ended: "applied" }]);
    const copy = Ledger.openCopy(folder, join(folder, "dry"));
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
    const copy = Ledger.openCopy(folder, join(folder, "dry"));
    const store = copy.beginDryRun();
    store.stager().add(rows("b>ann"));
    await claimAndEnd(store, [{ pair: "b>ann", ended: "applied" }]);
    store.merge(DAY);
    expect(copy.knownCount()).toBe(2);
    Ledger.open(folder, CORP).close();
    copy.discard();
    expect(readFileSync(join(folder, "ledger.db")).equals(before)).toBe(true);

    const empty = temporaryFolder();
    Ledger.openCopy(empty, join(empty, "dry")).discard();
    expect(existsSync(join(empty, "ledger.db"))).toBe(false);
  });

  it("which is gone afterwards, and is no unfinished run meanwhile", () => {
    const folder = temporaryFolder();
    const copy = Ledger.openCopy(folder, join(folder, "dry"));
    copy.beginDryRun().stager().add(rows("a>ann"));
    const ledger = openLedger(folder);
    expect(ledger.unfinishedRuns()).toEqual([]);
    copy.discard();
    expect(readdirSync(join(folder, "dry"))).toEqual([]);
  });

  it("and names the ledger, not the copy, where it is no ledger", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ledger.db"), "aliasFor,alias\n".repeat(500));
    const message = refusedWith("output", () => Ledger.openCopy(folder, join(folder, "dry")));
    expect(message).toContain(`${join(folder, "ledger.db")} is no ledger`);
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
