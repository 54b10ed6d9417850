import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { Spool } from "../../src/files/spool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function textOf(spool: Spool): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of spool.chunks()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

describe("a spool", () => {
  it("a spool returns what was written, even more than a chunk", async () => {
    const spool = await Spool.open(join(temporaryFolder(), "x"));
    expect(await textOf(spool)).toBe("");
    const parts = Array.from({ length: 400 }, (_, index) => `${index} ${"ä😀".repeat(500)}\n`);
    for (const part of parts) await spool.append(part);
    expect(await textOf(spool)).toBe(parts.join(""));
    await spool.append("end");
    expect(await textOf(spool)).toBe(`${parts.join("")}end`);
    await spool.close();
  });

  it("a spool has no name, so that no file is left however the process ends", async () => {
    const folder = temporaryFolder();
    const spool = await Spool.open(join(folder, "x"));
    await spool.append("text");
    expect(readdirSync(folder)).toEqual([]);
    await spool.close();
  });

  it("a spool can be truncated, even if less is written afterwards", async () => {
    const spool = await Spool.open(join(temporaryFolder(), "x"));
    await spool.append("a long text");
    await spool.truncate(0);
    await spool.append("short");
    const { lengthBytes } = spool;
    await spool.append(" of it");
    await spool.truncate(lengthBytes);
    expect(await textOf(spool)).toBe("short");
    await spool.close();
  });

  it("a spool never replaces an existing file", async () => {
    const path = join(temporaryFolder(), "x");
    writeFileSync(path, "somebody's");
    await expect(Spool.open(path)).rejects.toBeInstanceOf(RunError);
    await expect(Spool.open(join(path, "y"))).rejects.toMatchObject({ kind: "output" });
  });
});
