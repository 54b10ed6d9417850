import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeContent } from "../../src/mimecast/content-coding.ts";

const TEXT = '{"meta":{"status":200}}';
const BODY = Buffer.from(TEXT);
const MAX_BYTES = 10_000;

test.each([
  ["undefined", undefined, BODY],
  ["nothing", "", BODY],
  ["identity", "identity", BODY],
  ["gzip", "gzip", gzipSync(BODY)],
  ["GZIP with white space around it", " GZIP ", gzipSync(BODY)],
  ["x-gzip", "x-gzip", gzipSync(BODY)],
  ["deflate", "deflate", deflateSync(BODY)],
  ["deflate without zlib's header", "deflate", deflateRawSync(BODY)],
  ["br", "br", brotliCompressSync(BODY)],
  ["two codings", "br, gzip", gzipSync(brotliCompressSync(BODY))],
  ["gzip that was unpacked on the way", "gzip", BODY],
  ["two codings of which one was unpacked on the way", "br, gzip", gzipSync(BODY)],
  ["an unknown coding of a plain body", "aws-chunked", BODY],
  ["br of a plain page", "br", Buffer.from("\ufeff <html>")],
])("A body with %s is decoded", (_name, header, body) => {
  const plain = body.toString().includes("<html>") ? body.toString() : TEXT;
  const decoded = decodeContent(body, header, MAX_BYTES);
  expect(decoded.kind === "decoded" && decoded.body.toString()).toBe(plain);
});

test.each(["gzip", "deflate", "br"])("An empty body with %s is empty", (header) => {
  expect(decodeContent(Buffer.alloc(0), header, MAX_BYTES)).toEqual({
    kind: "decoded",
    body: Buffer.alloc(0),
  });
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
])("A body with %s that unpacks to too much is not unpacked", (header, encode) => {
  expect(decodeContent(encode(Buffer.alloc(MAX_BYTES + 1)), header, MAX_BYTES)).toEqual({ kind: "too-long" });
  expect(decodeContent(encode(Buffer.alloc(MAX_BYTES)), header, MAX_BYTES)).toMatchObject({
    kind: "decoded",
  });
});

test.each([
  ["gzip", gzipSync(BODY).subarray(0, -9), "is encoded with gzip, but can't be decoded"],
  ["deflate", Buffer.from([8]), "is encoded with deflate, but can't be decoded"],
  ["br", Buffer.from("hello"), "is encoded with br, but can't be decoded"],
  ["zstd", Buffer.from("hello"), "is encoded with an unknown content coding"],
  ["gzip, gzip, gzip, gzip", gzipSync(BODY), "is encoded 4 times"],
])("A body with %s that can't be decoded is reported", (header, body, why) => {
  expect(decodeContent(body, header, MAX_BYTES)).toEqual({ kind: "undecodable", why });
});

test("Any bytes under any header give a result within the bound", () => {
  const coding = fc.constantFrom("gzip", "deflate", "br", "identity", "zstd", "");
  fc.assert(
    fc.property(fc.array(coding, { maxLength: 4 }), fc.uint8Array({ maxLength: 200 }), (codings, bytes) => {
      const decoded = decodeContent(Buffer.from(bytes), codings.join(","), MAX_BYTES);
      expect(decoded.kind === "decoded" ? decoded.body.length : 0).toBeLessThanOrEqual(MAX_BYTES);
    }),
  );
});
