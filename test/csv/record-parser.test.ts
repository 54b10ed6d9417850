import { describe, expect, it } from "vitest";
import type { OpenInput } from "../../src/csv/open-input.ts";
import { openText } from "./reading.ts";

async function batchesOf(input: OpenInput): Promise<readonly { count: number; length: number }[]> {
  const batches = [];
  for await (const batch of input.records) {
    batches.push({ count: batch.length, length: batch.reduce((sum, { raw }) => sum + raw.length, 0) });
  }
  return batches;
}

describe("records come in batches", () => {
  it("of five hundred where they are short", async () => {
    const text = `aliasFor,alias\n${"ann@x.example,a@x.example\n".repeat(1_200)}`;
    const counts = (await batchesOf(await openText(text))).map(({ count }) => count);
    expect(Math.max(...counts)).toBe(500);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_200);
  });

  it("of about a megabyte where they are long", async () => {
    const text = `aliasFor,alias,note\n${`ann@x.example,a@x.example,${"x".repeat(200_000)}\n`.repeat(100)}`;
    const batches = await batchesOf(await openText(text));
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThan(1_300_000);
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  });

  it("of which few are read ahead, so that long records do not pile up", async () => {
    const line = `ann@x.example,a@x.example,${"x".repeat(200_000)}\n`;
    const input = await openText(`aliasFor,alias,note\n${line.repeat(100)}`);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(input.bytesRead()).toBeLessThan(6_000_000);
    input.close();
  });
});
