import { describe, expect, it } from "vitest";
import { codePageDecoder, windows1252Bytes, windows1252Text } from "../../src/csv/code-pages.ts";
import { transcoderFor } from "../../src/csv/transcoders.ts";

const ALL_BYTES = Buffer.from(Array.from({ length: 0x100 }, (_, byte) => byte));

describe("the code pages of Windows' command prompt", () => {
  it.each(["cp850", "cp437"])("%s has a character of its own for each byte, and ASCII below 0x80", (name) => {
    const text = codePageDecoder(name)?.(ALL_BYTES) ?? "";
    expect(text.slice(0, 0x80)).toBe(ALL_BYTES.toString("latin1", 0, 0x80));
    expect(text).toHaveLength(0x100);
    expect(new Set(text).size).toBe(0x100);
  });

  it.each([
    [
      "cp850",
      [0x80, 0x81, 0x84, 0x8a, 0x94, 0x9b, 0xb5, 0xd0, 0xd5, 0xe1, 0xe7, 0xf0, 0xff],
      "Çüäèöø\u00c1ðıßþ\u00ad\u00a0",
    ],
    [
      "cp437",
      [0x80, 0x81, 0x84, 0x8a, 0x94, 0x9b, 0xb5, 0xd0, 0xd5, 0xe1, 0xe7, 0xf0, 0xff],
      "Çüäèö¢╡╨╒ßτ≡\u00a0",
    ],
  ])("%s differs from the other one in its second half", (name, bytes, text) => {
    const transcoder = transcoderFor(name);
    expect(Buffer.concat([transcoder.write(Buffer.from(bytes)), transcoder.end()]).toString()).toBe(text);
  });

  it("no other encoding is one of them", () => {
    expect(codePageDecoder("windows-1252")).toBeUndefined();
  });
});

describe("a text that is only guessed to be Windows-1252", () => {
  it("is written back in the bytes that it was read from, also where they are not characters", () => {
    expect(windows1252Bytes(windows1252Text(ALL_BYTES))).toEqual(ALL_BYTES);
  });

  it("stays whole where a character beyond Windows-1252 came into it", () => {
    expect(windows1252Bytes("jürgen 例€").toString("latin1")).toBe(
      `j\u00fcrgen ${Buffer.from("例").toString("latin1")}\u0080`,
    );
  });
});
