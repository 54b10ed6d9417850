import type { KeyList } from "../domain/response.ts";
import { storable, textOrNull } from "./cells.ts";
import { Database, type Statement } from "./database.ts";

/** Maximum keys in memory: most lists are shorter, and a database costs more than to read them. */
const MAX_IN_MEMORY = 20_000;

/**
 * Opens a list of keys that detects a repeated key. Memory is bounded: more than {@link MAX_IN_MEMORY} keys are stored
 * and sorted on disk.
 *
 * @param folder for temporary files, which are unnamed and deleted when the process ends
 */
export function openKeyList(folder: string): KeyList {
  let inMemory = new Set<string>();
  let repeated: string | undefined;
  let onDisk: KeysOnDisk | undefined;
  return {
    add(keys) {
      if (onDisk !== undefined) {
        onDisk.add(keys);
        return;
      }
      for (const key of keys) {
        if (inMemory.has(key)) repeated ??= key;
        inMemory.add(key);
      }
      if (inMemory.size <= MAX_IN_MEMORY) return;
      onDisk = new KeysOnDisk(folder);
      onDisk.add([...inMemory]);
      inMemory = new Set();
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

/** Keys in a temporary table. */
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
