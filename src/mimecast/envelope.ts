import { z } from "zod";
import { booleanValue } from "./wire-values.ts";

/** One error of an item, as the API sent it. `code` and `message` are not yet sanitized or shortened. */
export interface ApiError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** True only if the API says so explicitly. */
  readonly retryable: boolean;
}

export interface FailItem {
  /** The request item that failed, sometimes with more fields than were sent; can be missing. */
  readonly key?: Readonly<Record<string, unknown>> | undefined;
  /** At least one; `{retryable: false}` if the item has none. */
  readonly errors: readonly ApiError[];
  /** True for the gateway's own shape: `code` and `message` side by side, without a list. */
  readonly isFlat: boolean;
}

/** The envelope around every response, of both API generations. */
export type Envelope =
  | {
      readonly kind: "read";
      readonly metaStatus?: number | undefined;
      readonly fail: readonly FailItem[];
      /** Each endpoint parses `data` itself, and `pagination`, which only lists have. */
      readonly data: unknown;
      readonly pagination: unknown;
    }
  /** Not an envelope as the API documents it. `why` continues "the answer …". */
  | { readonly kind: "unreadable"; readonly metaStatus?: number | undefined; readonly why: string };

const text = z.string().min(1).optional().catch(undefined);
const code = z
  .union([z.string().min(1), z.number().transform(String)])
  .optional()
  .catch(undefined);
/** Only true, as a boolean or a string, permits a retry. */
const retryable = booleanValue.catch(false);

const apiError = z.object({ code, message: text, retryable }).catch({ retryable: false });
const key = z.record(z.string(), z.unknown()).optional().catch(undefined);

/** A fail item in either shape: with a list of errors (R), or the gateway's flat one on a 401 or 403 (C). */
const failItem = z
  .object({ key, errors: z.array(apiError).optional().catch(undefined), code, message: text, retryable })
  .transform(({ key, errors, ...flat }): FailItem => {
    const isFlat = flat.code !== undefined && (errors === undefined || errors.length === 0);
    return { key, errors: !isFlat && errors !== undefined && errors.length > 0 ? errors : [flat], isFlat };
  });

const status = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ])
  .nullish();
const meta = z.object({ status, pagination: z.unknown().optional() }).nullish();
const envelope = z.compile(
  z.object({ meta, fail: z.array(failItem).nullish(), data: z.unknown().optional() }),
);
const metaAlone = z.object({ meta });

const NO_FAILURES: readonly FailItem[] = [];

/** Parses a body as an envelope. Accepts any bytes and never throws. */
export function readEnvelope(body: Buffer): Envelope {
  if (body.length === 0) return { kind: "unreadable", why: "has an empty body" };
  const parsed = jsonBody(body);
  if (parsed.kind === "unreadable") return parsed;
  const { json } = parsed;
  const whole = envelope.safeParse(json);
  if (whole.success && isBare(json)) {
    return { kind: "unreadable", why: "is a JSON object without 'meta', 'fail' and 'data'" };
  }
  if (whole.success) {
    const { meta, fail, data } = whole.data;
    const metaStatus = meta?.status ?? undefined;
    return { kind: "read", metaStatus, fail: fail ?? NO_FAILURES, data, pagination: meta?.pagination };
  }
  const part = metaAlone.safeParse(json);
  const path = whole.error.issues[0]?.path.join(".") ?? "";
  return {
    kind: "unreadable",
    metaStatus: part.success ? (part.data.meta?.status ?? undefined) : undefined,
    why: path === "" ? "is JSON, but not an object" : `has a '${path}' of an unknown form`,
  };
}

/** Returns true for an object such as `{"message":"Not Found"}`, which gateways in front of Mimecast send. */
function isBare(json: unknown): boolean {
  return typeof json === "object" && json !== null && !ENVELOPE_FIELDS.some((field) => field in json);
}

const ENVELOPE_FIELDS = ["meta", "fail", "data"] as const;

/** A response's body as JSON, or the reason why it can't be parsed; `why` continues "the answer …". */
type JsonBody =
  | { readonly kind: "json"; readonly json: unknown }
  | { readonly kind: "unreadable"; readonly why: string };

/**
 * Maximum number of values in one response, an upper estimate. A page of 500 members has about 4,000, the response to
 * a call of 100 rows 1,000. Ten megabytes of brackets are ten million values. Parsing and checking those takes
 * gigabytes, which would crash the process and end the run.
 */
const MAX_VALUES = 200_000;

/** Parses any bytes as JSON. Uses some tens of megabytes at most, whatever the length of the body. */
export function jsonBody(body: Buffer): JsonBody {
  if (hasTooMany(body)) return { kind: "unreadable", why: `has more than ${MAX_VALUES} parts` };
  try {
    return { kind: "json", json: JSON.parse(body.toString("utf8").replace(/^\ufeff/, "")) };
  } catch {
    return { kind: "unreadable", why: "is not JSON" };
  }
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

/** Counts commas, `[` and `{`: each value in a list or an object has one of them before it. */
function hasTooMany(body: Buffer): boolean {
  if (body.length <= MAX_VALUES) return false;
  let count = 0;
  for (const byte of body) if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
  return count > MAX_VALUES;
}
