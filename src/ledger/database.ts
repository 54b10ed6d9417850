import { accessSync, constants } from "node:fs";
import { dirname, resolve } from "node:path";
import Libsql from "libsql";
import { toOutputError } from "../files/output-error.ts";
import { type Cell, integer, type Row } from "./cells.ts";
import {
  type AttachedFile,
  corruptionError,
  type FileTraits,
  isCorruption,
  runError,
} from "./database-error.ts";
import { prepareFile } from "./own-file.ts";

/** A prepared statement. Parameters are bound by position. */
export interface Statement {
  run(parameters: readonly Cell[]): number;
  first(parameters: readonly Cell[]): Row | undefined;
  all(parameters: readonly Cell[]): readonly Row[];
}

/** 40 MB of write-ahead log before it is folded into the database: an fsync each time, so not too often. */
const CHECKPOINT_PAGES = 10_000;

/**
 * SQLite files under names of their own, each held exclusively from the first write until it is detached or the
 * process dies. What SQLite refuses is thrown as a RunError that names the file concerned: `locked` if another
 * process has it, `output` if it can't be written or is damaged.
 *
 * The files are attached to a database in memory, because libsql gives up what it opened itself only when the
 * last statement is garbage; what is detached is closed, folded into one file and unlocked at once.
 *
 * Texts go through {@link storable} before they are stored.
 */
export class Database {
  readonly #sqlite = new Libsql(":memory:");
  readonly #files: AttachedFile[] = [];
  /** Stands in for the files where there are none. */
  readonly #place: AttachedFile | undefined;

  private constructor(place?: AttachedFile) {
    this.#place = place;
  }

  /** Opens `path` under `name`. SQLite's temporary files are kept beside it. */
  static open(path: string, name: string, traits: FileTraits = {}): Database {
    const database = new Database();
    try {
      // EXCLUSIVE before WAL: the lock is then the operating system's, and no shared-memory file is needed.
      // Otherwise temporary tables of any size would be in memory, and temporary files in /tmp, which is often small.
      database.exec(`PRAGMA locking_mode = EXCLUSIVE; ${temporaryFilesIn(dirname(resolve(path)))}`);
      database.attach(path, name, traits);
      return database;
    } catch (error) {
      database.#sqlite.close();
      throw error;
    }
  }

  /**
   * A database for temporary tables alone, which are to be made with `CREATE TEMP TABLE`. They are in files in the
   * folder that have no name, so that they are gone with the process, however that ends.
   */
  static temporary(folder: string): Database {
    const database = new Database({ name: "temp", path: folder, kind: "folder", ifDamaged: "" });
    database.exec(temporaryFilesIn(folder));
    return database;
  }

  /** Opens another file under a name of its own, on the same connection. */
  attach(path: string, name: string, traits: FileTraits = {}): void {
    const file = {
      name,
      path: traits.shownPath ?? path,
      kind: traits.kind ?? "ledger",
      ifDamaged: traits.recovery ?? "Restore it from a backup, or use another --out folder.",
    };
    try {
      prepareFile(path, file.path);
      this.#sqlite.prepare(`ATTACH ? AS ${name}`).run([path]);
    } catch (error) {
      throw runError(file, error);
    }
    try {
      if (traits.applicationId !== undefined)
        this.#checkMark(file, traits.applicationId, traits.tablesBeforeMark ?? []);
      // NORMAL: commits survive the process's death at any moment, but not a power cut before the log is synced.
      const synchronous = traits.syncsCommits === true ? "FULL" : "NORMAL";
      this.#sqlite.exec(
        `PRAGMA ${name}.journal_mode = WAL; PRAGMA ${name}.synchronous = ${synchronous}; ` +
          `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      );
    } catch (error) {
      this.#sqlite.exec(`DETACH ${name}`);
      throw runError(file, error);
    }
    this.#files.push(file);
  }

  #checkMark(file: AttachedFile, mark: number, tablesBeforeMark: readonly string[]): void {
    const names = `SELECT coalesce(group_concat(name), '') FROM ${file.name}.sqlite_schema WHERE type = 'table'`;
    const [tables] = asRow(this.#sqlite.prepare(names).raw().get());
    if (tables === "") return;
    const [found] = asRow(this.#sqlite.prepare(`PRAGMA ${file.name}.application_id`).raw().get());
    if (found === mark) return;
    const known = String(tables).split(",");
    const isEarlier = tablesBeforeMark.length > 0 && tablesBeforeMark.every((name) => known.includes(name));
    if (found !== 0 || !isEarlier) throw corruptionError(file, "it has not this version's mark");
  }

  /** Folds the write-ahead log in, closes the file and gives its lock back. */
  detach(name: string): void {
    this.exec(`DETACH ${name}`);
    const index = this.#files.findIndex((file) => file.name === name);
    this.#files.splice(index, 1);
  }

  detachIfThere(name: string): void {
    if (this.#files.some((file) => file.name === name)) this.detach(name);
  }

  /** The error to throw where what the file holds shows that it is damaged. */
  damage(name: string, why: string): unknown {
    const file = this.#files.find((one) => one.name === name);
    return file === undefined ? new Error(why) : corruptionError(file, why);
  }

  exec(sql: string): void {
    this.#explained(sql, () => this.#sqlite.exec(sql));
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
    const prepared = this.#explained(sql, () => this.#sqlite.prepare(sql));
    const rows = this.#explained(sql, () => (prepared.reader ? prepared.raw() : prepared));
    return {
      // Always one array: a lone null would be taken for named parameters.
      run: (parameters) => this.#explained(sql, () => prepared.run([...parameters]).changes),
      first: (parameters) => {
        const row = this.#explained(sql, () => rows.get([...parameters]));
        return row === undefined ? undefined : asRow(row);
      },
      all: (parameters) => this.#explained(sql, () => rows.all([...parameters])).map(asRow),
    };
  }

  first(sql: string, parameters: readonly Cell[] = []): Row | undefined {
    return this.statement(sql).first(parameters);
  }

  all(sql: string, parameters: readonly Cell[] = []): readonly Row[] {
    return this.statement(sql).all(parameters);
  }

  /** What a query of one number comes to; 0 where that is NULL. */
  number(sql: string): number {
    return integer(this.first(sql) ?? [null], 0);
  }

  run(sql: string, parameters: readonly Cell[] = []): number {
    return this.statement(sql).run(parameters);
  }

  /** Detaches what is still there, last come first. */
  close(): void {
    for (const { name } of this.#files.toReversed()) this.detach(name);
    this.#sqlite.close();
  }

  #explained<T>(sql: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      // A statement may be about two files, and only one of them be damaged.
      const named = this.#files.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(sql));
      const file =
        (isCorruption(error) ? named.find((one) => this.#isDamaged(one)) : undefined) ?? named.at(-1);
      throw runError(file ?? this.#files.at(-1) ?? this.#place, error);
    }
  }

  /** Reads the whole file, so it takes its time. */
  #isDamaged({ name }: AttachedFile): boolean {
    try {
      const verdict = asRow(this.#sqlite.prepare(`PRAGMA ${name}.quick_check(1)`).raw().get());
      return verdict[0] !== "ok";
    } catch (error) {
      return isCorruption(error);
    }
  }
}

function asRow(value: unknown): Row {
  if (!isRow(value)) throw new TypeError("SQLite returned something that is no row");
  return value;
}

function isRow(value: unknown): value is Row {
  return Array.isArray(value);
}

/** SQLite itself says no more than "not a writable directory", without a code. */
function temporaryFilesIn(folder: string): string {
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw toOutputError(folder, error);
  }
  return `PRAGMA temp_store = FILE; PRAGMA temp_store_directory = ${quoted(folder)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
