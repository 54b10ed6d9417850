import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Which processes there are: what a killed run left is told from what a run beside this one needs by its process. */
export interface Processes {
  readonly ownId: number;
  isAlive(id: number): boolean;
}

/**
 * Names of temporary files of one process for one file. No other process has the same names, and none can foresee
 * them: in a folder that others may write to, they could take a name before it is used.
 */
export class TemporaryFiles {
  readonly #path: string;
  readonly #processes: Processes;
  readonly #randomPart: () => string;
  #count = 0;

  /** For a file at this path, or for one that has no other name than the temporary one. */
  constructor(path: string, processes: Processes, randomPart: () => string = randomHex) {
    this.#path = path;
    this.#processes = processes;
    this.#randomPart = randomPart;
  }

  get folder(): string {
    return dirname(this.#path);
  }

  /** `members.csv.4711-1-9f86d081884c7d65.part` */
  next(): string {
    this.#count += 1;
    return `${this.#path}.${this.#processes.ownId}-${this.#count}-${this.#randomPart()}.part`;
  }

  /**
   * Removes what runs left that are no more. What can't be removed stays: it is in nobody's way. To be called
   * before {@link next}, as this process's id may have been that of one of them.
   */
  async removeLeftovers(): Promise<void> {
    const { folder } = this;
    const prefix = `${basename(this.#path)}.`;
    const names = await readdir(folder).catch(() => []);
    const left = names.filter((name) => name.startsWith(prefix) && this.#isLeft(name.slice(prefix.length)));
    await Promise.allSettled(left.map((name) => rm(join(folder, name), { force: true })));
  }

  #isLeft(rest: string): boolean {
    // Earlier versions had no random part.
    const [, id] = /^(\d{1,10})-\d{1,10}(?:-[0-9a-f]{16})?\.part$/.exec(rest) ?? [];
    if (id === undefined) return false;
    return Number(id) === this.#processes.ownId || !this.#processes.isAlive(Number(id));
  }
}

function randomHex(): string {
  return randomBytes(8).toString("hex");
}
