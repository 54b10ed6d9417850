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
  ["deflate", inflate],
  ["br", brotliDecompressSync],
  ["identity", (body) => body],
]);
/** Maximum number of codings. RFC 9110 sets none, but each one can expand a small body into a huge one. */
const MAX_CODINGS = 3;

/**
 * Decodes a body's `Content-Encoding` (RFC 9110, 8.4). Requests ask for none, but a proxy or a gateway may compress
 * anyway. Returns a body that is plain despite the header unchanged. Holds at most `maxBytes` at a time.
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
  // The header lists codings in the order in which they were applied.
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

/** Inflates `deflate`, also without the zlib header that it should have: some servers omit it. */
function inflate(body: Buffer, options: { readonly maxOutputLength: number }): Buffer {
  const hasHeader = body.length >= 2 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
  return hasHeader ? inflateSync(body, options) : inflateRawSync(body, options);
}

/** Returns true for JSON or HTML. An intermediary decoded the body and left the header in place. */
function isPlain(body: Buffer): boolean {
  return /^\ufeff?\s*[[{<]/.test(body.toString("utf8", 0, 100));
}
