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

/** A prepared statement. Its parameters are positional. */
export interface Statement {
  /** Returns the number of changed rows. */
  run(parameters: readonly Cell[]): number;
  first(parameters: readonly Cell[]): Row | undefined;
  all(parameters: readonly Cell[]): readonly Row[];
}

/** Pages of the WAL before a checkpoint: 40 MB. Each checkpoint costs an fsync, so not too often. */
const CHECKPOINT_PAGES = 10_000;

/**
 * A connection with several attached SQLite files, each under its own schema name and locked exclusively from the first
 * write until it is detached or the process dies. SQLite's errors become RunErrors that name the file: `locked` if
 * another process has it, `output` if it can't be written or is damaged.
 *
 * The files are attached to a database in memory, because libsql closes its main database only when the last statement
 * is garbage-collected. Detaching checkpoints the WAL, closes the file and releases its lock immediately.
 *
 * Pass texts through {@link storable} before you store them.
 */
export class Database {
  readonly #sqlite = new Libsql(":memory:");
  readonly #files: AttachedFile[] = [];
  /** Named in errors if no file is attached. */
  readonly #fallback: AttachedFile | undefined;

  private constructor(fallback?: AttachedFile) {
    this.#fallback = fallback;
  }

  /** Opens `path` under the schema name `name`. SQLite keeps its temporary files in the same folder. */
  static open(path: string, name: string, traits: FileTraits = {}): Database {
    const database = new Database();
    try {
      // EXCLUSIVE before WAL: then the operating system holds the lock, and SQLite needs no shared-memory file.
      // By default, temporary tables of any size would be in memory, and temporary files in /tmp, which is often small.
      database.exec(`PRAGMA locking_mode = EXCLUSIVE; ${temporaryFilesIn(dirname(resolve(path)))}`);
      database.attach(path, name, traits);
      return database;
    } catch (error) {
      database.#sqlite.close();
      throw error;
    }
  }

  /**
   * Opens a database for temporary tables only; create them with `CREATE TEMP TABLE`. They are stored in unnamed files
   * in the folder, which the system deletes when the process ends, even if it is killed.
   */
  static temporary(folder: string): Database {
    const database = new Database({ name: "temp", path: folder, kind: "folder", recovery: "" });
    database.exec(temporaryFilesIn(folder));
    return database;
  }

  /** Attaches another file under the schema name `name`. */
  attach(path: string, name: string, traits: FileTraits = {}): void {
    const file = {
      name,
      path: traits.shownPath ?? path,
      kind: traits.kind ?? "ledger",
      recovery: traits.recovery ?? "Restore it from a backup, or use another --out folder.",
    };
    try {
      prepareFile(path, file.path);
      this.#sqlite.prepare(`ATTACH ? AS ${name}`).run([path]);
    } catch (error) {
      throw runError(file, error);
    }
    try {
      if (traits.applicationId !== undefined)
        this.#checkApplicationId(file, traits.applicationId, traits.tablesWithoutId ?? []);
      // NORMAL: commits survive the death of the process at any moment, but not a power cut before the WAL is synced.
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

  #checkApplicationId(file: AttachedFile, expected: number, tablesWithoutId: readonly string[]): void {
    const names = `SELECT coalesce(group_concat(name), '') FROM ${file.name}.sqlite_schema WHERE type = 'table'`;
    const [tables] = asRow(this.#sqlite.prepare(names).raw().get());
    if (tables === "") return;
    const [found] = asRow(this.#sqlite.prepare(`PRAGMA ${file.name}.application_id`).raw().get());
    if (found === expected) return;
    const known = String(tables).split(",");
    const isEarlier = tablesWithoutId.length > 0 && tablesWithoutId.every((name) => known.includes(name));
    if (found !== 0 || !isEarlier)
      throw corruptionError(file, "it does not have this version's application id");
  }

  /** Checkpoints the WAL, closes the file and releases its lock. */
  detach(name: string): void {
    this.exec(`DETACH ${name}`);
    const index = this.#files.findIndex((file) => file.name === name);
    this.#files.splice(index, 1);
  }

  /** Detaches a file if it is attached. */
  detachIfThere(name: string): void {
    if (this.#files.some((file) => file.name === name)) this.detach(name);
  }

  /** Returns the error to throw if the content of the file `name` shows that it is damaged. */
  damage(name: string, reason: string): unknown {
    const file = this.#files.find((one) => one.name === name);
    return file === undefined ? new Error(reason) : corruptionError(file, reason);
  }

  exec(sql: string): void {
    this.#withFileErrors(sql, () => this.#sqlite.exec(sql));
  }

  /** Runs `work` in a transaction. */
  transaction<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      // On a full disk SQLite rolls back on its own; a second ROLLBACK would hide the first error.
      if (this.#sqlite.inTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  /** Prepares a statement. */
  statement(sql: string): Statement {
    const prepared = this.#withFileErrors(sql, () => this.#sqlite.prepare(sql));
    const rows = this.#withFileErrors(sql, () => (prepared.reader ? prepared.raw() : prepared));
    return {
      // Always one array: libsql would treat a single null as named parameters.
      run: (parameters) => this.#withFileErrors(sql, () => prepared.run([...parameters]).changes),
      first: (parameters) => {
        const row = this.#withFileErrors(sql, () => rows.get([...parameters]));
        return row === undefined ? undefined : asRow(row);
      },
      all: (parameters) => this.#withFileErrors(sql, () => rows.all([...parameters])).map(asRow),
    };
  }

  first(sql: string, parameters: readonly Cell[] = []): Row | undefined {
    return this.statement(sql).first(parameters);
  }

  all(sql: string, parameters: readonly Cell[] = []): readonly Row[] {
    return this.statement(sql).all(parameters);
  }

  /** Returns the result of a query of one number; 0 for NULL. */
  number(sql: string): number {
    return integer(this.first(sql) ?? [null], 0);
  }

  run(sql: string, parameters: readonly Cell[] = []): number {
    return this.statement(sql).run(parameters);
  }

  /** Detaches all files, the last attached first, and closes the connection. */
  close(): void {
    for (const { name } of this.#files.toReversed()) this.detach(name);
    this.#sqlite.close();
  }

  #withFileErrors<T>(sql: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      // A statement may use two files of which only one is damaged.
      const named = this.#files.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(sql));
      const file =
        (isCorruption(error) ? named.find((one) => this.#isDamaged(one)) : undefined) ?? named.at(-1);
      throw runError(file ?? this.#files.at(-1) ?? this.#fallback, error);
    }
  }

  /** Checks a file for damage. Slow, because SQLite reads the whole file. */
  #isDamaged({ name }: AttachedFile): boolean {
    try {
      const [result] = asRow(this.#sqlite.prepare(`PRAGMA ${name}.quick_check(1)`).raw().get());
      return result !== "ok";
    } catch (error) {
      return isCorruption(error);
    }
  }
}

function asRow(value: unknown): Row {
  if (!isRow(value)) throw new TypeError("SQLite returned something that is not a row");
  return value;
}

function isRow(value: unknown): value is Row {
  return Array.isArray(value);
}

/** Returns the SQL that puts temporary files into the folder. Checks it first, because SQLite's own error has no code. */
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
