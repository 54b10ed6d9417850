import type { Failure } from "../domain/failure.ts";
import type { CallFailure } from "../domain/response.ts";
import { type ApiError, type Envelope, type FailItem, readEnvelope } from "./envelope.ts";
import { classOf, meaningOfError } from "./error-codes.ts";
import type { HttpResponse } from "./http.ts";
import type { ParsedResponse } from "./request.ts";
import type { Sanitize } from "./sanitize.ts";

/** Server errors after which a retry of the same call is worthwhile (graded C: public clients retry them). */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504, 509]);
/**
 * Client errors that come from Mimecast even without an envelope (graded D): 400 rejects the request; 401, 403 and 418
 * deny access to the account.
 */
const OWN_CLIENT_ERRORS: ReadonlySet<number> = new Set([400, 401, 403, 418]);
const MAX_CODE_LENGTH = 100;
const MAX_EXCERPT_LENGTH = 80;
/** Only the first bytes of a long page are read. */
const MAX_EXCERPT_READ_BYTES = 10_000;
const MAX_WHERE_LENGTH = 100;

/** A decoded API response: the HTTP response and its parsed envelope. */
export interface DecodedResponse {
  readonly http: HttpResponse;
  readonly envelope: Envelope;
  /** The HTTP status. If that is a success, the envelope's `meta.status`, where there is one. */
  readonly status: number;
  readonly fail: readonly FailItem[];
  /** Every error of every item. */
  readonly errors: readonly ApiError[];
  readonly sanitize: Sanitize;
}

/** The class of a response by its status and `fail`. For `passed`, the endpoint parses `data`. */
export type Classification =
  | { readonly kind: "passed"; readonly data: unknown; readonly pagination: unknown }
  | Exclude<ParsedResponse<never>, { kind: "read" }>;

/** Parses the envelope of a response and collects its errors. */
export function decodeResponse(http: HttpResponse, sanitize: Sanitize): DecodedResponse {
  const envelope = readEnvelope(http.body);
  const fail = envelope.kind === "read" ? envelope.fail : [];
  const status = statusOf(http.status, envelope.metaStatus);
  const errors = fail.length > 0 ? fail.flatMap((item) => item.errors) : errorOfBody(http, status);
  return { http, envelope, status, fail, errors, sanitize };
}

/** Returns the error in the body of a 401 without `fail`: plain text, or an object with a `message` alone. */
function errorOfBody({ body }: HttpResponse, status: number): readonly ApiError[] {
  if (status !== 401) return [];
  const text = body.toString("utf8", 0, MAX_EXCERPT_READ_BYTES);
  const message = BODY_MESSAGE.exec(text)?.[1] ?? text;
  const error = { message: message.trim(), retryable: false };
  return meaningOfError(error) === undefined ? [] : [error];
}

const BODY_MESSAGE = /"message"\s*:\s*"([^"]*)"/;

/**
 * Classifies a response by its HTTP status, `meta.status` and `fail`: the first rule that applies, from the top.
 *
 * @param isOurs returns true if the key of a fail item names an item of the request; not called without a key
 */
export function classify(response: DecodedResponse, isOurs: (key: FailKey) => boolean): Classification {
  const classification = classifyByRules(response, isOurs);
  if (classification.kind !== "failure" || classification.answer.kind !== "access-denied")
    return classification;
  const isUnauthorized = response.http.status === 401 || response.envelope.metaStatus === 401;
  return isUnauthorized ? { ...classification, isUnauthorized } : classification;
}

function classifyByRules(response: DecodedResponse, isOurs: (key: FailKey) => boolean): Classification {
  const { envelope, fail, http, errors, sanitize } = response;
  const { metaStatus } = envelope;
  if (http.status === 429 || metaStatus === 429) return rateLimited(http, sanitize);

  const expired = errors.find((error) => classOf(error.code) === "token-expired");
  if (expired !== undefined) {
    const answer: CallFailure = { kind: "access-denied", failure: failureOf([expired], response, false) };
    return { kind: "token-expired", answer };
  }
  if (isTransient(errors)) return failure("transient", failureOf(errors, response, true));
  const serverError = [http.status, metaStatus].find(isServerError);
  if (serverError !== undefined) return failure("indeterminate", serverFailure(serverError, response));
  const denials = accountErrors(response);
  if (denials !== undefined) {
    return failure("access-denied", failureOf(denials, response, envelope.kind === "unreadable"));
  }

  const ours = fail
    .filter((item) => item.key === undefined || isOurs(item.key))
    .flatMap((item) => item.errors);
  if (ours.length > 0) return failure("rejected", failureOf(ours, response, saysRetryable(ours)));
  return withoutFailure(response);
}

/** Classifies the errors of one item of a call that succeeded for other items. */
export function classifyItem(errors: readonly ApiError[], response: DecodedResponse): CallFailure {
  if (isTransient(errors)) return { kind: "transient", failure: failureOf(errors, response, true) };
  const denials = errors.filter((error) => classOf(error.code) === "account");
  if (denials.length > 0) return { kind: "access-denied", failure: failureOf(denials, response, false) };
  return { kind: "rejected", failure: failureOf(errors, response, saysRetryable(errors)) };
}

export type FailKey = NonNullable<FailItem["key"]>;

function withoutFailure(response: DecodedResponse): Classification {
  const { envelope, status } = response;
  if (isFromFront(response)) return failure("transient", frontFailure(response));
  if (status >= 400 && status < 500) return failure("rejected", failureOf([], response, false));
  if (status >= 300 && status < 400) return failure("indeterminate", redirect(response));
  if (!isSuccess(status))
    return failure("indeterminate", invalidResponse(`the answer has the status ${status}`));
  if (envelope.kind === "unreadable") {
    return failure("indeterminate", invalidResponse(`the answer ${envelope.why}: ${excerpt(response)}`));
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
 * sent it, so it says nothing about a row.
 */
function isFromFront({ envelope, http }: DecodedResponse): boolean {
  const isClientError = http.status >= 400 && http.status < 500;
  const isEnveloped = envelope.kind === "read" || envelope.metaStatus !== undefined;
  return isClientError && !isEnveloped && !OWN_CLIENT_ERRORS.has(http.status);
}

function frontFailure(response: DecodedResponse): Failure {
  const { status } = response.http;
  const message = `HTTP ${status} came from something in front of Mimecast, not from Mimecast itself: ${excerpt(response)}`;
  return { code: `http_${status}`, message: response.sanitize(message), retryable: true };
}

function rateLimited(http: HttpResponse, sanitize: Sanitize): Classification {
  const where = http.status === 429 ? "HTTP 429" : `meta.status 429 under HTTP ${http.status}`;
  const text = sanitize(beginningOf(http.body), MAX_EXCERPT_LENGTH);
  const message = sanitize(`the quota is used up (${where})${text === "" ? "" : `: ${text}`}`);
  return failure("not-executed", { code: "http_429", message, retryable: true });
}

/** Returns a failure whose code is the status, so that server errors are counted by status. The message holds the API's own code and text. */
function serverFailure(status: number, response: DecodedResponse): Failure {
  const { errors, sanitize } = response;
  const words = errors.length > 0 ? messagesOf(errors, true) : excerpt(response);
  const retryable = TRANSIENT_STATUSES.has(status) || saysRetryable(errors);
  return { code: `http_${status}`, message: sanitize(`the server answered ${status}: ${words}`), retryable };
}

/**
 * Returns the errors that concern the account: by a known code, or by the status if no item contradicts it. Returns
 * undefined if none does, and an empty list if only the status does.
 */
function accountErrors({ fail, errors, status }: DecodedResponse): readonly ApiError[] | undefined {
  const known = errors.filter((error) => classOf(error.code) === "account");
  if (known.length > 0) return known;
  const isRowError = errors.some((error) => classOf(error.code) === "row") || saysRetryable(errors);
  if (isRowError) return undefined;
  const isGatewayError =
    fail.some((item) => item.isFlat) || errors.every((error) => error.code === undefined);
  const isDenial = status === 401 || status === 418 || (status === 403 && isGatewayError);
  return isDenial ? errors : undefined;
}

/** Returns a failure with the code of the first permanent error, or with the status if no error has a code. */
function failureOf(errors: readonly ApiError[], response: DecodedResponse, retryable: boolean): Failure {
  const { sanitize, status } = response;
  const lasting = errors.filter((error) => !error.retryable && meaningOfError(error) !== "transient");
  const code = [...lasting, ...errors].find((error) => error.code !== undefined)?.code;
  const fallback = isSuccess(status) ? "unspecified_error" : `http_${status}`;
  const words = messagesOf(errors, errors.length > 1);
  const message = words === "" ? `the server answered ${status} without a code: ${excerpt(response)}` : words;
  return {
    code: code === undefined ? fallback : sanitize(code, MAX_CODE_LENGTH),
    message: sanitize(message),
    retryable,
  };
}

function redirect({ http, sanitize, status }: DecodedResponse): Failure {
  const target = http.headers.location ?? "";
  const host = URL.canParse(target) ? sanitize(new URL(target).host, MAX_WHERE_LENGTH) : "";
  const where = host === "" ? "" : ` to ${host}`;
  const message = `the server answered ${status}, a redirect${where}; redirects are not followed: check MIMECAST_BASE_URL and the proxy`;
  return { code: `http_${status}`, message, retryable: true };
}

/** Returns the failure for a response that does not give the result of the item. */
export function invalidResponse(message: string): Failure {
  return { code: "invalid_response", message, retryable: true };
}

function failure(kind: CallFailure["kind"], failure: Failure): Classification {
  return { kind: "failure", answer: { kind, failure } };
}

function isTransient(errors: readonly ApiError[]): boolean {
  return errors.length > 0 && errors.every((error) => meaningOfError(error) === "transient");
}

function saysRetryable(errors: readonly ApiError[]): boolean {
  return errors.length > 0 && errors.every((error) => error.retryable);
}

function messagesOf(errors: readonly ApiError[], withCodes: boolean): string {
  const words = errors.map(({ code, message }) => {
    if (message === undefined) return code ?? "";
    return withCodes && code !== undefined ? `${code}: ${message}` : message;
  });
  return [...new Set(words)].filter((word) => word !== "").join("; ");
}

function excerpt({ http, sanitize }: DecodedResponse): string {
  const text = sanitize(beginningOf(http.body), MAX_EXCERPT_LENGTH);
  return text === "" ? "the body is empty" : text;
}

/** Returns the first bytes as text, with a mark where they are cut: the redactor needs it to find a secret that the cut halves. */
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
