import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDamaged, transcoderFor } from "../../src/csv/transcoders.ts";
import { encoded } from "./encodings.ts";

/** The chunks that come out where the bytes go in `pieceBytes` at a time. */
function chunksOf(encoding: string, bytes: Buffer, pieceBytes: number): Buffer[] {
  const transcoder = transcoderFor(encoding);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    chunks.push(transcoder.write(bytes.subarray(at, at + pieceBytes)));
  }
  return [...chunks, transcoder.end()];
}

describe("a text comes out whole, wherever it was cut, and no chunk of it looks damaged", () => {
  it.each(["utf-8", "utf-16le", "utf-16be"])("%s", (encoding) => {
    const text = fc.string({ unit: fc.constantFrom("a", "ü", "€", "😀", "\ufffd", "\n"), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (written, pieceBytes) => {
        const chunks = chunksOf(encoding, encoded(written, encoding), pieceBytes);
        expect(Buffer.concat(chunks).toString()).toBe(written);
        expect(chunks.some(isDamaged)).toBe(false);
      }),
    );
  });

  it("Shift_JIS, whose characters may be cut too", () => {
    const bytes = Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x41]);
    for (const pieceBytes of [1, 2, 3]) {
      expect(Buffer.concat(chunksOf("shift_jis", bytes, pieceBytes)).toString()).toBe("日本A");
    }
  });
});

describe("what is no text looks damaged, in that chunk and not in others", () => {
  it.each([
    ["utf-8", Buffer.from([0x41, 0xff, 0x42])],
    ["utf-16le", Buffer.from([0x41, 0, 0, 0xd8, 0x42, 0])],
    ["utf-16le", Buffer.from([0x41, 0, 0, 0xdc, 0x42, 0])],
    ["utf-16be", Buffer.from([0, 0x41, 0xd8, 0, 0, 0x42])],
    ["windows-1252", Buffer.from([0x41, 0x9d, 0x42])],
    ["shift_jis", Buffer.from([0x41, 0xff, 0x42])],
  ])("%s: %j", (encoding, bytes) => {
    for (const pieceBytes of [1, 2, 3, 9]) {
      const chunks = chunksOf(encoding, bytes, pieceBytes);
      expect(chunks.filter(isDamaged)).toHaveLength(1);
      expect(Buffer.concat(chunks).toString()).toBe("A\ufffdB");
    }
  });
});
