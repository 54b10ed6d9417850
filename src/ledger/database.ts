import { closeSync, openSync } from "node:fs";
import Libsql from "libsql";
import { RunError } from "../domain/run-error.ts";

/** What a column holds. Texts and integers below 2^53 are all that this schema stores. */
export type Cell = string | number | null;
export type Row = readonly Cell[];

/** A prepared statement. Parameters are bound by position. */
export interface Statement {
  run(parameters: readonly Cell[]): number;
  first(parameters: readonly Cell[]): Row | undefined;
  all(parameters: readonly Cell[]): readonly Row[];
}

/** Private to the user: addresses are nobody else's business. */
const FILE_MODE = 0o600;
/** 40 MB of write-ahead log before it is folded into the database: an fsync each time, so not too often. */
const CHECKPOINT_PAGES = 10_000;

/**
 * SQLite files under names of their own, each held exclusively from the first write until it is detached or the
 * process dies. What SQLite refuses is thrown as a RunError: `locked` if another process has the file, `output`
 * if it can't be written.
 *
 * The files are attached to a database in memory, because libsql gives up what it opened itself only when the
 * last statement is garbage; what is detached is closed, folded into one file and unlocked at once.
 */
export class Database {
  /** What messages call the file that was opened first. */
  readonly path: string;
  readonly #sqlite = new Libsql(":memory:");
  readonly #names: string[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  /** Opens `path` under `name`. Messages call it `shownPath`. */
  static open(path: string, name: string, shownPath: string = path): Database {
    const database = new Database(shownPath);
    try {
      // EXCLUSIVE before WAL: the lock is then the operating system's, and no shared-memory file is needed.
      // Temporary tables would otherwise be held in memory, whatever their size.
      database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE");
      database.attach(path, name, shownPath);
      return database;
    } catch (error) {
      database.#sqlite.close();
      throw error;
    }
  }

  /** Opens another file under a name of its own, on the same connection. */
  attach(path: string, name: string, shownPath: string = path): void {
    explained(shownPath, () => {
      makePrivate(path);
      this.#sqlite.prepare(`ATTACH ? AS ${name}`).run([path]);
      // NORMAL: what was committed survives the process's death at any moment; a power cut can take the last second.
      this.#sqlite.exec(
        `PRAGMA ${name}.journal_mode = WAL; PRAGMA ${name}.synchronous = NORMAL; ` +
          `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      );
    });
    this.#names.push(name);
  }

  /** Folds the write-ahead log in, closes the file and gives its lock back. */
  detach(name: string): void {
    this.exec(`DETACH ${name}`);
    this.#names.splice(this.#names.indexOf(name), 1);
  }

  exec(sql: string): void {
    explained(this.path, () => this.#sqlite.exec(sql));
  }

  /** Runs `work` in one transaction: all of it is on record afterwards, or nothing. */
  transaction<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself; a second ROLLBACK would hide the first error.
      if (this.#sqlite.inTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  statement(sql: string): Statement {
    const prepared = explained(this.path, () => this.#sqlite.prepare(sql));
    const rows = explained(this.path, () => (prepared.reader ? prepared.raw() : prepared));
    return {
      // Always one array: a lone null would be taken for named parameters.
      run: (parameters) => explained(this.path, () => prepared.run([...parameters]).changes),
      first: (parameters) => {
        const row = explained(this.path, () => rows.get([...parameters]));
        return row === undefined ? undefined : asRow(row);
      },
      all: (parameters) => explained(this.path, () => rows.all([...parameters])).map(asRow),
    };
  }

  first(sql: string, parameters: readonly Cell[] = []): Row | undefined {
    return this.statement(sql).first(parameters);
  }

  all(sql: string, parameters: readonly Cell[] = []): readonly Row[] {
    return this.statement(sql).all(parameters);
  }

  run(sql: string, parameters: readonly Cell[] = []): number {
    return this.statement(sql).run(parameters);
  }

  /** Detaches what is still there, last come first. */
  close(): void {
    for (const name of this.#names.toReversed()) this.detach(name);
    this.#sqlite.close();
  }
}

/** The text in column `index`; an empty text for NULL. */
export function text(row: Row, index: number): string {
  return textOrNull(row, index) ?? "";
}

export function textOrNull(row: Row, index: number): string | null {
  const cell = row[index];
  if (typeof cell === "string" || cell === null) return cell;
  throw new TypeError(`column ${index} holds ${typeof cell}, not text`);
}

/** The integer in column `index`; 0 for NULL, which is what SQL's sum() of nothing gives. */
export function integer(row: Row, index: number): number {
  const cell = row[index];
  if (typeof cell === "number") return cell;
  if (cell === null) return 0;
  throw new TypeError(`column ${index} holds ${typeof cell}, not a number`);
}

function asRow(value: unknown): Row {
  if (!isRow(value)) throw new TypeError("SQLite returned something that is no row");
  return value;
}

function isRow(value: unknown): value is Row {
  return Array.isArray(value);
}

function makePrivate(path: string): void {
  // SQLite gives its log the mode of the file, so the file must have it before SQLite opens it.
  closeSync(openSync(path, "a", FILE_MODE));
}

function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asRunError(path, error);
  }
}

function asRunError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RunError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code.startsWith("SQLITE_BUSY")) {
    return new RunError("locked", `${path} is in use by another run. Wait for it to end, or stop it.`, {
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) {
    return new RunError(
      "output",
      `${path} is no ledger of this tool, or is damaged (${error.message}). Restore it from a backup, or use another --out folder.`,
      { cause: error },
    );
  }
  if (/^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|E[A-Z]+)/.test(code) || /: 14$/.test(error.message)) {
    return new RunError(
      "output",
      `${path} can't be written (${error.message}). Make room or give write permission, then run the same command again: nothing that is on record is lost.`,
      { cause: error },
    );
  }
  return error;
}
