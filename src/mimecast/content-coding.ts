import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

type Decoded =
  | { readonly kind: "decoded"; readonly body: Buffer }
  | { readonly kind: "too-long" }
  /** `why` continues "the answer …". */
  | { readonly kind: "undecodable"; readonly why: string };

type Decode = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const CODINGS = new Map<string, Decode>([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflated],
  ["br", brotliDecompressSync],
  ["identity", (body) => body],
]);
/** RFC 9110 sets no limit, and every further coding is one more chance to unpack a small body into a huge one. */
const MAX_CODINGS = 3;

/**
 * Undoes a body's `Content-Encoding` (RFC 9110, 8.4). Requests ask for none, but a proxy or a gateway may compress all
 * the same. A body that is plain in spite of the header is returned as it is. Holds `maxBytes` at most at a time.
 */
export function decodeContent(body: Buffer, header: string | undefined, maxBytes: number): Decoded {
  const codings = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "");
  if (codings.length === 0 || body.length === 0) return { kind: "decoded", body };
  if (codings.length > MAX_CODINGS) return { kind: "undecodable", why: `is encoded ${codings.length} times` };
  let decoded = body;
  // The last coding was applied last.
  for (const coding of codings.toReversed()) {
    const decode = CODINGS.get(coding);
    try {
      if (decode === undefined) throw new TypeError("unknown coding");
      decoded = decode(decoded, { maxOutputLength: maxBytes });
    } catch (error) {
      if (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
        return { kind: "too-long" };
      }
      if (isPlain(decoded)) return { kind: "decoded", body: decoded };
      const coded = decode === undefined ? "an unknown content coding" : `${coding}, but can't be decoded`;
      return { kind: "undecodable", why: `is encoded with ${coded}` };
    }
  }
  return { kind: "decoded", body: decoded };
}

/** Some servers leave out zlib's header, which `deflate` ought to have. */
function inflated(body: Buffer, options: { readonly maxOutputLength: number }): Buffer {
  const hasHeader = body.length >= 2 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
  return hasHeader ? inflateSync(body, options) : inflateRawSync(body, options);
}

/** Whoever unpacked it on the way has left the header. */
function isPlain(body: Buffer): boolean {
  return /^\ufeff?\s*[[{<]/.test(body.toString("utf8", 0, 100));
}
