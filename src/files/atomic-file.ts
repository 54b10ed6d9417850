import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { RunError } from "../domain/run-error.ts";
import { AppendFile, withOutputErrors } from "./append-file.ts";
import { syncFolder } from "./sync-folder.ts";

/** Options of an atomically written file. */
interface AtomicFileOptions {
  /** Path while the file is being written, in the same folder. Default: `<path>.part`. */
  readonly temporary?: string;
  /** Permission bits. Default: only the owner may read and write. */
  readonly mode?: number;
}

/** Addresses are personal data: only the owner may read them. */
const OWNER_ONLY = 0o600;

/**
 * A file that is written atomically: under a temporary name in the same folder, then synced to the disk and renamed.
 * Only its owner may read it unless `mode` says otherwise. If a write fails, it throws a RunError "output" that names
 * the path.
 */
export class AtomicFile extends AppendFile {
  /** Path of the file until it is committed. */
  readonly temporary: string;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    super(path, handle);
    this.temporary = temporary;
  }

  /** Creates the temporary file, and replaces one that a killed run left. */
  static async create(path: string, options: AtomicFileOptions = {}): Promise<AtomicFile> {
    const { temporary = temporaryName(path), mode = OWNER_ONLY } = options;
    return withOutputErrors(path, async () => {
      await rm(temporary, { force: true });
      // "wx", not "w", so that a symbolic link of that name is never followed.
      const handle = await open(temporary, "wx", OWNER_ONLY);
      // Not in `open`, where the umask would remove bits.
      if (mode !== OWNER_ONLY) await handle.chmod(mode);
      return new AtomicFile(path, temporary, handle);
    });
  }

  /** Renames the file to its path. Content and name are on the disk when this resolves. */
  async commit(): Promise<void> {
    await withOutputErrors(this.path, async () => {
      await this.handle.sync();
      await this.#checkName();
      await this.handle.close();
      await rename(this.temporary, this.path);
      syncFolder(dirname(this.path));
    });
  }

  /** Removes the temporary file. Never throws, because an error here would hide the one that led to it. */
  async discard(): Promise<void> {
    await Promise.allSettled([this.handle.close()]);
    await Promise.allSettled([rm(this.temporary, { force: true })]);
  }

  /** If another process replaced the temporary file, `rename` would publish its unfinished content. */
  async #checkName(): Promise<void> {
    const [own, named] = await Promise.all([this.handle.stat(), stat(this.temporary).catch(() => undefined)]);
    if (named?.ino === own.ino && named.dev === own.dev) return;
    throw new RunError(
      "output",
      `${this.path} can't be written: another program replaced or removed ${this.temporary} meanwhile. Run the same command again, and run no other command for the same file at the same time`,
    );
  }
}

/** Writes `text` to a file atomically. */
export async function writeFileAtomic(
  path: string,
  text: string,
  options: AtomicFileOptions = {},
): Promise<void> {
  const file = await AtomicFile.create(path, options);
  try {
    await file.append(text);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Returns the default path of a file while it is being written. */
export function temporaryName(path: string): string {
  return `${path}.part`;
}
