import { spawnSync } from "node:child_process";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const SIZE_BYTES = 16 * 1024 * 1024;
/** Nothing reaches the disk by itself during a test: not after a time, and not because a file is renamed. */
const ONLY_SYNCED = "loop,commit=600,noauto_da_alloc";

/**
 * An ext4 file system in an image file. The image holds what reached the disk, so a copy of it is what a power cut
 * leaves.
 */
export class CutDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #image: string;

  private constructor(image: string, path: string) {
    this.#image = image;
    this.path = path;
  }

  /** An empty one, gone when the test ends. Undefined where this user may not mount one. */
  static empty(): CutDisk | undefined {
    const image = newImage(Buffer.alloc(0));
    truncateSync(image, SIZE_BYTES);
    const made = spawnSync("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
    return made.status === 0 ? CutDisk.#mounted(image) : undefined;
  }

  /** What is on the disk at this moment, even while it is being written: two equal copies hold a state that was. */
  snapshot(): Buffer {
    let last = readFileSync(this.#image);
    for (;;) {
      const next = readFileSync(this.#image);
      if (next.equals(last)) return next;
      last = next;
    }
  }

  /** Another disk with this content, mounted as after a power cut. Gone when the test ends. */
  static after(snapshot: Buffer): CutDisk {
    const disk = CutDisk.#mounted(newImage(snapshot));
    if (disk === undefined) throw new Error("the file system can't be mounted after the power cut");
    return disk;
  }

  /** Makes the names that were made and deleted last reach the disk, but not the content of other files. */
  syncNames(): void {
    const descriptor = openSync(join(this.path, "beside"), "w");
    fsyncSync(descriptor);
    closeSync(descriptor);
  }

  static #mounted(image: string): CutDisk | undefined {
    const path = `${image}-mounted`;
    mkdirSync(path);
    if (spawnSync("mount", ["-o", ONLY_SYNCED, image, path]).status !== 0) return undefined;
    onTestFinished(() => void spawnSync("umount", ["-l", path]));
    return new CutDisk(image, path);
  }
}

/** In memory, as each sync would wait for a real disk otherwise. Gone when the test ends. */
function newImage(content: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "mimecast-bulk-power-cut-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "tmpfs", folder]);
  // Registered before the image is mounted, so that it comes after the unmounting.
  onTestFinished(() => {
    if (status === 0) spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const image = join(folder, "disk");
  writeFileSync(image, content);
  return image;
}
