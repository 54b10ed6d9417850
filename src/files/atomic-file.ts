import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { AppendFile, withOutputErrors } from "./append-file.ts";
import { syncFolder } from "./sync-folder.ts";

/** How a file is made that appears whole or not at all. */
interface AtomicFileOptions {
  /** The name that it has while it is being written, beside its own; `<path>.part` where absent. */
  readonly temporary?: string;
  /** Permission bits; its owner alone may read it where absent. */
  readonly mode?: number;
}

/** Addresses are nobody else's business. */
const OWNER_ONLY = 0o600;

/**
 * A file that appears whole or not at all: written under a temporary name beside its own, then flushed to the
 * disk and renamed. Only its owner may read it unless a mode says otherwise. What the system refuses is a RunError
 * "output" that names the path.
 */
export class AtomicFile extends AppendFile {
  /** The name that it has until it is finished. */
  readonly temporary: string;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    super(path, handle);
    this.temporary = temporary;
  }

  /** Begins the file; what a killed run left under the temporary name is removed. */
  static async create(path: string, making: AtomicFileOptions = {}): Promise<AtomicFile> {
    const { temporary = temporaryName(path), mode = OWNER_ONLY } = making;
    return withOutputErrors(path, async () => {
      await rm(temporary, { force: true });
      // "wx" and not "w": a link of that name is never followed.
      const handle = await open(temporary, "wx", OWNER_ONLY);
      // Not by `open`, from which the umask takes away.
      if (mode !== OWNER_ONLY) await handle.chmod(mode);
      return new AtomicFile(path, temporary, handle);
    });
  }

  /** Gives the file its name. Content and name are on the disk when this resolves. */
  async commit(): Promise<void> {
    await withOutputErrors(this.path, async () => {
      await this.handle.sync();
      await this.#checkName();
      await this.handle.close();
      await rename(this.temporary, this.path);
      syncFolder(dirname(this.path));
    });
  }

  /** Leaves nothing behind. Never throws: what led here tells more than what happens here. */
  async discard(): Promise<void> {
    await Promise.allSettled([this.handle.close()]);
    await Promise.allSettled([rm(this.temporary, { force: true })]);
  }

  /** Somebody who took the temporary name away meanwhile would have their half of a file renamed. */
  async #checkName(): Promise<void> {
    const [own, named] = await Promise.all([this.handle.stat(), stat(this.temporary).catch(() => undefined)]);
    if (named?.ino === own.ino && named.dev === own.dev) return;
    throw new RunError(
      "output",
      `${this.path} can't be written: another program has taken ${this.temporary} away meanwhile. Run the same command again, and no other one for the same file beside it`,
    );
  }
}

/** Writes a file of one text, whole or not at all. */
export async function writeFileAtomic(
  path: string,
  text: string,
  making: AtomicFileOptions = {},
): Promise<void> {
  const file = await AtomicFile.create(path, making);
  try {
    await file.append(text);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** The name that a file has while it is being written. */
export function temporaryName(path: string): string {
  return `${path}.part`;
}
