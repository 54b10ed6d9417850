import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AtomicFile } from "../../src/files/atomic-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("an atomic file", () => {
  it("a truncated file has the kept content and what was written after, even if that is shorter", async () => {
    const path = join(temporaryFolder(), "x.csv");
    const file = await AtomicFile.create(path);
    await file.append("header\n");
    const { lengthBytes } = file;
    await file.append("what was read first and is read again ä😀\n");
    await file.truncate(lengthBytes);
    await file.append("less\n");
    await file.commit();
    expect(readFileSync(path, "utf8")).toBe("header\nless\n");
  });

  it("an atomic file does not change the old file before commit, and discard leaves no other file", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "x.csv");
    writeFileSync(path, "before");
    const file = await AtomicFile.create(path);
    await file.append("half");
    expect(readFileSync(path, "utf8")).toBe("before");
    await file.discard();
    expect(readdirSync(folder)).toEqual(["x.csv"]);
  });
});
