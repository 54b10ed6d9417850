import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AtomicFile } from "../../src/files/atomic-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("a whole file", () => {
  it("holds what it was cut back to and what came after, though that is less than was there", async () => {
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

  it("leaves what was there as it was until it is finished, and nothing else where it is given up", async () => {
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
