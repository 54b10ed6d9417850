import { type FileHandle, open } from "node:fs/promises";
import { toOutputError } from "../files/output-error.ts";
import { text } from "./cells.ts";
import type { Database } from "./database.ts";

/**
 * The write-ahead log of a database that is open in this process, to be synced beside SQLite: off the event loop,
 * while SQLite goes on writing. SQLite locks the database and never its log, so that opening and closing the log does
 * not release a lock, as it would on the database itself.
 */
export class WriteAheadLog {
  readonly #path: string;
  #handle: FileHandle | undefined;

  /** `name`: of an attached file. Its log exists from the first commit until the file is detached. */
  constructor(database: Database, name: string) {
    const row = database.first("SELECT file FROM pragma_database_list WHERE name = ?", [name]);
    this.#path = `${text(row ?? [], 0)}-wal`;
  }

  /** Resolves when all that was committed before is on the disk. Throws a RunError `output` if that fails. */
  async sync(): Promise<void> {
    try {
      // Not "r": Windows syncs only what is open for writing.
      this.#handle ??= await open(this.#path, "r+");
      await this.#handle.datasync();
    } catch (error) {
      await Promise.allSettled([this.close()]);
      throw toOutputError(this.#path, error);
    }
  }

  /** To be called before the file is detached. */
  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}
