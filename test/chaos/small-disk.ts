import { spawnSync } from "node:child_process";
import { mkdirSync, statfsSync } from "node:fs";

const ROOM = "size=64m";
const LEAST_KIB = 4;

/** A file system of its own, which can be full. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Undefined where this user may not mount one. */
  static at(path: string): SmallDisk | undefined {
    mkdirSync(path);
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `${ROOM},mode=0700`, "tmpfs", path]);
    return status === 0 ? new SmallDisk(path) : undefined;
  }

  /** Leaves so much room and no more. False where more was written meanwhile. */
  fill(spareKib: number): boolean {
    const { blocks, bfree, bsize } = statfsSync(this.path);
    const usedKib = ((blocks - bfree) * bsize) / 1_024;
    // 0 would be no limit at all.
    return this.#remount(`size=${Math.max(usedKib + spareKib, LEAST_KIB)}k`);
  }

  empty(): void {
    this.#remount(ROOM);
  }

  remove(): void {
    spawnSync("umount", ["-l", this.path]);
  }

  #remount(size: string): boolean {
    return spawnSync("mount", ["-o", `remount,${size}`, this.path]).status === 0;
  }
}
