import { type FileHandle, open } from "node:fs/promises";
import { toOutputError } from "../files/output-error.ts";
import { text } from "./cells.ts";
import type { Database } from "./database.ts";

/**
 * The write-ahead log (WAL) of a database that is open in this process. It is synced off the event loop, while SQLite
 * continues to write. SQLite locks the database and never its WAL, so to open and close the WAL does not release a lock,
 * as it would on the database itself.
 */
export class WriteAheadLog {
  readonly #path: string;
  #handle: FileHandle | undefined;

  /** `name`: the schema name of an attached file. Its WAL exists from the first commit until the file is detached. */
  constructor(database: Database, name: string) {
    const row = database.first("SELECT file FROM pragma_database_list WHERE name = ?", [name]);
    this.#path = `${text(row ?? [], 0)}-wal`;
  }

  /** Resolves when all earlier commits are on the disk. Throws a RunError `output` if the sync fails. */
  async sync(): Promise<void> {
    try {
      // "r+", not "r": Windows syncs only files that are open for writing.
      this.#handle ??= await open(this.#path, "r+");
      await this.#handle.datasync();
    } catch (error) {
      await Promise.allSettled([this.close()]);
      throw toOutputError(this.#path, error);
    }
  }

  /** Closes the WAL. Call it before the file is detached. */
  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}
