import type { KeyList } from "../domain/response.ts";
import { storable, textOrNull } from "./cells.ts";
import { Database, type Statement } from "./database.ts";

/** Keys kept in memory: most lists are shorter, and a database costs more than reading them. */
const MAX_IN_MEMORY = 20_000;

/**
 * Makes a list of keys that finds one that came twice. Memory stays flat: a list of more than {@link MAX_IN_MEMORY}
 * keys is kept and sorted on disk.
 *
 * @param folder for temporary files, which have no name and are gone with the process
 */
export function openKeyList(folder: string): KeyList {
  let first = new Set<string>();
  let repeated: string | undefined;
  let onDisk: KeysOnDisk | undefined;
  return {
    add(keys) {
      if (onDisk !== undefined) {
        onDisk.add(keys);
        return;
      }
      for (const key of keys) {
        if (first.has(key)) repeated ??= key;
        first.add(key);
      }
      if (first.size <= MAX_IN_MEMORY) return;
      onDisk = new KeysOnDisk(folder);
      onDisk.add([...first]);
      first = new Set();
    },
    repeated() {
      repeated ??= onDisk?.repeated();
      return repeated;
    },
    close() {
      onDisk?.close();
    },
  };
}

class KeysOnDisk {
  readonly #database: Database;
  readonly #insert: Statement;

  constructor(folder: string) {
    this.#database = Database.temporary(folder);
    this.#database.exec("CREATE TEMP TABLE listed (key TEXT NOT NULL)");
    this.#insert = this.#database.statement("INSERT INTO listed SELECT value FROM json_each(?)");
  }

  add(keys: readonly string[]): void {
    this.#insert.run([JSON.stringify(keys.map(storable))]);
  }

  repeated(): string | undefined {
    const row = this.#database.first("SELECT key FROM listed GROUP BY key HAVING count(*) > 1 LIMIT 1");
    return row === undefined ? undefined : (textOrNull(row, 0) ?? undefined);
  }

  close(): void {
    this.#database.close();
  }
}
