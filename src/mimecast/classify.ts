import type { Failure } from "../domain/failure.ts";
import type { CallFailure } from "../domain/response.ts";
import { type ApiError, type Envelope, type FailItem, readEnvelope } from "./envelope.ts";
import { classOf, meaningOfError } from "./error-codes.ts";
import type { HttpResponse } from "./http.ts";
import type { ParsedResponse } from "./request.ts";
import type { Sanitize } from "./sanitize.ts";

/** Server errors after which the same call is worth another attempt (graded C: met by public clients). */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504, 509]);
/**
 * Statuses that are an answer to the request itself, also without an envelope (graded D): 400 refuses what was sent,
 * 401, 403 and 418 refuse the account.
 */
const OWN_CLIENT_ERRORS: ReadonlySet<number> = new Set([400, 401, 403, 418]);
const MAX_CODE_LENGTH = 100;
const MAX_EXCERPT_LENGTH = 80;
/** Of a long page only the beginning is looked at. */
const MAX_EXCERPT_READ_BYTES = 10_000;
const MAX_WHERE_LENGTH = 100;

/** An answer, opened. */
export interface DecodedResponse {
  readonly http: HttpResponse;
  readonly envelope: Envelope;
  /** HTTP's status, or under a success the envelope's own. */
  readonly status: number;
  readonly fail: readonly FailItem[];
  /** Every error of every item. */
  readonly errors: readonly ApiError[];
  readonly sanitize: Sanitize;
}

/** What an answer's status and `fail` come to; `passed` leaves `data` to the endpoint. */
export type Classification =
  | { readonly kind: "passed"; readonly data: unknown; readonly pagination: unknown }
  | Exclude<ParsedResponse<never>, { kind: "read" }>;

export function decodeResponse(http: HttpResponse, said: Sanitize): DecodedResponse {
  const envelope = readEnvelope(http.body);
  const fail = envelope.kind === "read" ? envelope.fail : [];
  const status = statusOf(http.status, envelope.metaStatus);
  const named = fail.length > 0 ? fail.flatMap((item) => item.errors) : errorOfBody(http, status);
  return { http, envelope, status, fail, errors: named, sanitize: said };
}

/** A 401 can carry its only words in a body without `fail`: as plain text, or as a `message` beside nothing else. */
function errorOfBody({ body }: HttpResponse, status: number): readonly ApiError[] {
  if (status !== 401) return [];
  const text = body.toString("utf8", 0, MAX_EXCERPT_READ_BYTES);
  const message = BODY_MESSAGE.exec(text)?.[1] ?? text;
  const error = { message: message.trim(), retryable: false };
  return meaningOfError(error) === undefined ? [] : [error];
}

const BODY_MESSAGE = /"message"\s*:\s*"([^"]*)"/;

/**
 * Judges an answer by its HTTP status, `meta.status` and `fail`: the first rule that applies, from the top.
 *
 * @param isOurs whether the key of a fail item is the item that was asked about; not called without a key
 */
export function classify(reply: DecodedResponse, isOurs: (key: FailKey) => boolean): Classification {
  const judgement = judgeByRules(reply, isOurs);
  if (judgement.kind !== "judged" || judgement.answer.kind !== "access-denied") return judgement;
  const isUnauthorized = reply.http.status === 401 || reply.envelope.metaStatus === 401;
  return isUnauthorized ? { ...judgement, isUnauthorized } : judgement;
}

function judgeByRules(reply: DecodedResponse, isOurs: (key: FailKey) => boolean): Classification {
  const { envelope, fail, http, errors: named, sanitize: said } = reply;
  const { metaStatus } = envelope;
  if (http.status === 429 || metaStatus === 429) return rateLimited(http, said);

  const expired = named.find((error) => classOf(error.code) === "token-expired");
  if (expired !== undefined) {
    const answer: CallFailure = { kind: "access-denied", failure: failureOf([expired], reply, false) };
    return { kind: "token-expired", answer };
  }
  if (isTransient(named)) return failure("transient", failureOf(named, reply, true));
  const serverError = [http.status, metaStatus].find(isServerError);
  if (serverError !== undefined) return failure("indeterminate", serverFailure(serverError, reply));
  const accusing = accountErrors(reply);
  if (accusing !== undefined) {
    return failure("access-denied", failureOf(accusing, reply, envelope.kind === "unreadable"));
  }

  const ours = fail
    .filter((item) => item.key === undefined || isOurs(item.key))
    .flatMap((item) => item.errors);
  if (ours.length > 0) return failure("rejected", failureOf(ours, reply, saysRetryable(ours)));
  return withoutFailure(reply);
}

/** What the errors of one item come to, where the call as a whole did what it was asked for. */
export function classifyItem(errors: readonly ApiError[], reply: DecodedResponse): CallFailure {
  if (isTransient(errors)) return { kind: "transient", failure: failureOf(errors, reply, true) };
  const accusing = errors.filter((error) => classOf(error.code) === "account");
  if (accusing.length > 0) return { kind: "access-denied", failure: failureOf(accusing, reply, false) };
  return { kind: "rejected", failure: failureOf(errors, reply, saysRetryable(errors)) };
}

export type FailKey = NonNullable<FailItem["key"]>;

function withoutFailure(reply: DecodedResponse): Classification {
  const { envelope, status } = reply;
  if (isFromFront(reply)) return failure("transient", frontFailure(reply));
  if (status >= 400 && status < 500) return failure("rejected", failureOf([], reply, false));
  if (status >= 300 && status < 400) return failure("indeterminate", redirect(reply));
  if (!isSuccess(status))
    return failure("indeterminate", invalidResponse(`the answer has the status ${status}`));
  if (envelope.kind === "unreadable") {
    return failure("indeterminate", invalidResponse(`the answer ${envelope.why}: ${excerpt(reply)}`));
  }
  if (envelope.fail.length > 0) {
    return failure(
      "indeterminate",
      invalidResponse("the answer reports a failure of something that was not asked for"),
    );
  }
  return { kind: "passed", data: envelope.data, pagination: envelope.pagination };
}

/**
 * Returns true for a 4xx without Mimecast's envelope. A proxy, a firewall or a load balancer during a redeploy
 * answered it, so it says nothing about a row.
 */
function isFromFront({ envelope, http }: DecodedResponse): boolean {
  const isClientError = http.status >= 400 && http.status < 500;
  const isEnveloped = envelope.kind === "read" || envelope.metaStatus !== undefined;
  return isClientError && !isEnveloped && !OWN_CLIENT_ERRORS.has(http.status);
}

function frontFailure(reply: DecodedResponse): Failure {
  const { status } = reply.http;
  const message = `HTTP ${status} came from something in front of Mimecast, not from Mimecast itself: ${excerpt(reply)}`;
  return { code: `http_${status}`, message: reply.sanitize(message), retryable: true };
}

function rateLimited(http: HttpResponse, said: Sanitize): Classification {
  const where = http.status === 429 ? "HTTP 429" : `meta.status 429 under HTTP ${http.status}`;
  const text = said(beginningOf(http.body), MAX_EXCERPT_LENGTH);
  const message = said(`the quota is used up (${where})${text === "" ? "" : `: ${text}`}`);
  return failure("not-executed", { code: "http_429", message, retryable: true });
}

/** By the status, so that failures are counted by it; the API's own code and words are in the message. */
function serverFailure(status: number, reply: DecodedResponse): Failure {
  const { errors: named, sanitize: said } = reply;
  const words = named.length > 0 ? wordsOf(named, true) : excerpt(reply);
  const retryable = TRANSIENT_STATUSES.has(status) || saysRetryable(named);
  return { code: `http_${status}`, message: said(`the server answered ${status}: ${words}`), retryable };
}

/**
 * The errors that accuse the account: a code that is known to, or a status that does where the item itself
 * does not say otherwise. Undefined where nothing does; empty where the status alone does.
 */
function accountErrors({ fail, errors: named, status }: DecodedResponse): readonly ApiError[] | undefined {
  const known = named.filter((error) => classOf(error.code) === "account");
  if (known.length > 0) return known;
  const isRowsOwn = named.some((error) => classOf(error.code) === "row") || saysRetryable(named);
  if (isRowsOwn) return undefined;
  const isGateways = fail.some((item) => item.isFlat) || named.every((error) => error.code === undefined);
  const isAccusing = status === 401 || status === 418 || (status === 403 && isGateways);
  return isAccusing ? named : undefined;
}

/** The code of the first error that will not pass, or the status where no error names one. */
function failureOf(errors: readonly ApiError[], reply: DecodedResponse, retryable: boolean): Failure {
  const { sanitize: said, status } = reply;
  const lasting = errors.filter((error) => !error.retryable && meaningOfError(error) !== "passing");
  const code = [...lasting, ...errors].find((error) => error.code !== undefined)?.code;
  const fallback = isSuccess(status) ? "unspecified_error" : `http_${status}`;
  const words = wordsOf(errors, errors.length > 1);
  const message = words === "" ? `the server answered ${status} without a code: ${excerpt(reply)}` : words;
  return {
    code: code === undefined ? fallback : said(code, MAX_CODE_LENGTH),
    message: said(message),
    retryable,
  };
}

function redirect({ http, sanitize: said, status }: DecodedResponse): Failure {
  const target = http.headers.location ?? "";
  const host = URL.canParse(target) ? said(new URL(target).host, MAX_WHERE_LENGTH) : "";
  const where = host === "" ? "" : ` to ${host}`;
  const message = `the server answered ${status}, a redirect${where}; redirects are not followed: check MIMECAST_BASE_URL and the proxy`;
  return { code: `http_${status}`, message, retryable: true };
}

/** An answer that does not say what became of the item. */
export function invalidResponse(message: string): Failure {
  return { code: "invalid_response", message, retryable: true };
}

function failure(kind: CallFailure["kind"], failure: Failure): Classification {
  return { kind: "judged", answer: { kind, failure } };
}

function isTransient(errors: readonly ApiError[]): boolean {
  return errors.length > 0 && errors.every((error) => meaningOfError(error) === "passing");
}

function saysRetryable(errors: readonly ApiError[]): boolean {
  return errors.length > 0 && errors.every((error) => error.retryable);
}

function wordsOf(errors: readonly ApiError[], withCodes: boolean): string {
  const words = errors.map(({ code, message }) => {
    if (message === undefined) return code ?? "";
    return withCodes && code !== undefined ? `${code}: ${message}` : message;
  });
  return [...new Set(words)].filter((word) => word !== "").join("; ");
}

function excerpt({ http, sanitize: said }: DecodedResponse): string {
  const text = said(beginningOf(http.body), MAX_EXCERPT_LENGTH);
  return text === "" ? "the body is empty" : text;
}

/** Marks the cut, by which a secret that it halves is found. */
function beginningOf(body: Buffer): string {
  const text = body.toString("utf8", 0, MAX_EXCERPT_READ_BYTES);
  return body.length > MAX_EXCERPT_READ_BYTES ? `${text}…` : text;
}

function statusOf(httpStatus: number, metaStatus: number | undefined): number {
  return isSuccess(httpStatus) ? (metaStatus ?? httpStatus) : httpStatus;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function isServerError(status: number | undefined): boolean {
  return status !== undefined && status >= 500 && status < 600;
}
