import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The running processes. The process id in a name distinguishes a killed run's files from those of a live run. */
export interface Processes {
  readonly ownId: number;
  isAlive(id: number): boolean;
}

/**
 * Names of the temporary files of one process for one output file. They are unique to the process and unpredictable:
 * in a folder that other users may write to, they could otherwise create a file of that name first.
 */
export class TemporaryFiles {
  readonly #path: string;
  readonly #processes: Processes;
  readonly #randomPart: () => string;
  #count = 0;

  /** `path`: the output file's path, or a base path for files that only have a temporary name. */
  constructor(path: string, processes: Processes, randomPart: () => string = randomHex) {
    this.#path = path;
    this.#processes = processes;
    this.#randomPart = randomPart;
  }

  get folder(): string {
    return dirname(this.#path);
  }

  /** Returns an unused path, such as `members.csv.4711-1-9f86d081884c7d65.part`. */
  next(): string {
    this.#count += 1;
    return `${this.#path}.${this.#processes.ownId}-${this.#count}-${this.#randomPart()}.part`;
  }

  /**
   * Removes the files of runs that have ended. Leaves a file that can't be removed: it does no harm. Call this before
   * {@link next}, because this process may have the id of an ended run.
   */
  async removeLeftovers(): Promise<void> {
    const { folder } = this;
    const prefix = `${basename(this.#path)}.`;
    const names = await readdir(folder).catch(() => []);
    const leftovers = names.filter(
      (name) => name.startsWith(prefix) && this.#isLeftover(name.slice(prefix.length)),
    );
    await Promise.allSettled(leftovers.map((name) => rm(join(folder, name), { force: true })));
  }

  #isLeftover(rest: string): boolean {
    // Earlier versions wrote no random part.
    const [, id] = /^(\d{1,10})-\d{1,10}(?:-[0-9a-f]{16})?\.part$/.exec(rest) ?? [];
    if (id === undefined) return false;
    return Number(id) === this.#processes.ownId || !this.#processes.isAlive(Number(id));
  }
}

function randomHex(): string {
  return randomBytes(8).toString("hex");
}
