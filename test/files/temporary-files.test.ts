import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TemporaryFiles } from "../../src/files/temporary-files.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const processes = { ownId: 42, isAlive: (id: number) => id === 77 };

describe("temporary files", () => {
  it("each temporary file has its own name with the process id", () => {
    const files = new TemporaryFiles("/x/members.csv", processes, () => "0123456789abcdef");
    expect([files.next(), files.next()]).toEqual([
      "/x/members.csv.42-1-0123456789abcdef.part",
      "/x/members.csv.42-2-0123456789abcdef.part",
    ]);
  });

  it("names of temporary files are unpredictable", () => {
    const names = Array.from({ length: 100 }, () => new TemporaryFiles("/x", processes).next());
    for (const name of names) expect(name).toMatch(/^\/x\.42-1-[0-9a-f]{16}\.part$/);
    expect(new Set(names).size).toBe(100);
  });

  it("removes the files of killed runs and keeps those of live runs and all others", async () => {
    const folder = temporaryFolder();
    const kept = [
      "members.csv",
      "members.csv.77-1.part",
      "members.csv.part",
      "members.csv.1-1.part.bak",
      "members.csv.x-1.part",
      "other.csv.1-1.part",
      "xmembers.csv.1-1.part",
    ];
    for (const name of kept) put(folder, name, "");
    const left = ["members.csv.1-1.part", "members.csv.42-9.part", "members.csv.1-1-0123456789abcdef.part"];
    for (const name of left) put(folder, name, "");
    // Nobody's file, and no reason to end an export.
    mkdirSync(join(folder, "members.csv.2-1.part"));
    await new TemporaryFiles(join(folder, "members.csv"), processes).removeLeftovers();
    expect(readdirSync(folder).sort()).toEqual([...kept, "members.csv.2-1.part"].sort());
  });

  it("a missing folder has no leftovers", async () => {
    await new TemporaryFiles("/nonexistent/members.csv", processes).removeLeftovers();
  });
});
