/** An answer's body as JSON, or why it is not read; `why` continues "the answer …". */
type JsonBody =
  | { readonly kind: "json"; readonly json: unknown }
  | { readonly kind: "unreadable"; readonly why: string };

/**
 * The most values that are read of one answer, counted generously. A page of 500 members has about 4,000, the
 * answer to a call of 100 rows 1,000. Ten megabytes of brackets are ten million, and once parsed and checked they
 * take gigabytes, which would end the process and with it the run.
 */
const MAX_VALUES = 200_000;

/** Any bytes can come. What is parsed takes some tens of megabytes at most, however long the body is. */
export function jsonBody(body: Buffer): JsonBody {
  if (hasTooMany(body)) return { kind: "unreadable", why: `has more than ${MAX_VALUES} parts` };
  try {
    return { kind: "json", json: JSON.parse(body.toString("utf8").replace(/^\ufeff/, "")) };
  } catch {
    return { kind: "unreadable", why: "is no JSON" };
  }
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

/** Whatever begins a value in a list or an object, wherever it stands: each value has one before it. */
function hasTooMany(body: Buffer): boolean {
  if (body.length <= MAX_VALUES) return false;
  let count = 0;
  for (const byte of body) if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
  return count > MAX_VALUES;
}
