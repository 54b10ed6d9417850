import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/ledger/ledger.ts";
import { whyForeign } from "../../src/ledger/own-file.ts";
import { modeOf } from "../support/temporary-folder.ts";
import { CORP, DAY, openLedger, temporaryFolder } from "./parts.ts";

const hasModes = process.platform !== "win32";

/** What opening says, for a run and for a dry run alike. */
function refusals(folder: string): (() => void)[] {
  return [
    () => void Ledger.open(folder, CORP),
    () => void Ledger.openCopy(folder, join(folder, "20260103T000000000Z-dry"), DAY),
  ];
}

function expectRefused(folder: string, message: RegExp): void {
  for (const open of refusals(folder)) {
    expect(open).toThrow(message);
    expect(open).toThrow(expect.objectContaining({ name: "RunError", kind: "output" }));
  }
}

function folderWithLedger(): { readonly folder: string; readonly path: string } {
  const folder = temporaryFolder();
  openLedger(folder).close();
  return { folder, path: join(folder, "ledger.db") };
}

describe.runIf(hasModes)("a ledger that another user can have changed", () => {
  it.each([0o666, 0o602, 0o777])("a world-writable ledger is refused: %o", (mode) => {
    const { folder, path } = folderWithLedger();
    chmodSync(path, mode);
    expectRefused(folder, /ledger\.db can be written by every user .* run: chmod o-w \S+ledger\.db/);
  });

  it.each([0o660, 0o664, 0o644])("a ledger that at most its group may write is accepted: %o", (mode) => {
    const { folder, path } = folderWithLedger();
    chmodSync(path, mode);
    openLedger(folder).close();
    expect(modeOf(path)).toBe(mode.toString(8));
  });

  it("a link is refused, even to a ledger", () => {
    const { path } = folderWithLedger();
    const folder = temporaryFolder();
    symlinkSync(path, join(folder, "ledger.db"));
    expectRefused(folder, /ledger\.db can't be written: it is a symbolic link/);
  });

  it.each(["ledger.db", "ledger.db-wal", "ledger.db-journal"])(
    "a named pipe at %s is refused without waiting",
    (name) => {
      const { folder, path } = folderWithLedger();
      if (name === "ledger.db") execFileSync("rm", [path]);
      execFileSync("mkfifo", [join(folder, name)]);
      expectRefused(folder, new RegExp(`${name} can't be written: it is not an ordinary file`));
    },
  );

  it("a WAL that is a link is refused and its target not changed", () => {
    const { folder } = folderWithLedger();
    const other = join(temporaryFolder(), "other");
    writeFileSync(other, "somebody's");
    symlinkSync(other, join(folder, "ledger.db-wal"));
    expectRefused(folder, /ledger\.db-wal can't be written: it is a symbolic link/);
    expect(readFileSync(other, "utf8")).toBe("somebody's");
  });
});

describe("a file's owner", () => {
  const owned = (uid: number, mode = 0o100600) => ({
    uid,
    mode,
    isFile: () => true,
    isSymbolicLink: () => false,
  });

  it.each([
    ["this user", 1000, 1000],
    ["root", 0, 1000],
    ["another user, and this one is root", 1000, 0],
    ["undefined, where files have no owners", 0, undefined],
  ])("the owner of a file may be %s", (_, owner, user) => {
    expect(whyForeign(owned(owner), "runs/ledger.db", user)).toBeUndefined();
  });

  it("a file of another user is refused", () => {
    expect(whyForeign(owned(1001), "runs/ledger.db", 1000)).toMatch(
      /^belongs to another user \(1001, and this run's is 1000\).*chown.*another --out folder/,
    );
  });

  it("a world-writable file is refused whoever owns it", () => {
    expect(whyForeign(owned(1000, 0o100606), "my runs/ledger.db", 1000)).toContain("chmod o-w");
    expect(whyForeign(owned(1000, 0o100606), "my runs/ledger.db", undefined)).toBeUndefined();
  });
});

describe("another program's database in the ledger's place", () => {
  const withDatabase = (sql: string): { readonly folder: string; readonly path: string } => {
    const folder = temporaryFolder();
    const path = join(folder, "ledger.db");
    const database = new Libsql(path);
    database.exec(sql);
    database.close();
    return { folder, path };
  };

  it.each([
    ["has an application id of its own", "PRAGMA application_id = 7; CREATE TABLE fact (name)"],
    ["has none, and other tables", "CREATE TABLE customers (name TEXT)"],
    ["has none, and one table of the ledger's name", "CREATE TABLE alias (alias TEXT)"],
    [
      "has a ledger's tables and another application id",
      "PRAGMA application_id = 7; CREATE TABLE fact (name); CREATE TABLE alias (alias)",
    ],
  ])("a database that %s is refused and not changed", (_, sql) => {
    const { folder, path } = withDatabase(sql);
    const before = readFileSync(path);
    expectRefused(folder, /ledger\.db is not a ledger of this tool.*version.s application id/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("a ledger has its own application id", () => {
    const { path } = folderWithLedger();
    expect(readFileSync(path).subarray(68, 72).toString()).toBe("MBLD");
  });
});
