import type { CallOptions } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { CallFailure, CallTrace } from "../domain/response.ts";
import type { Authenticator, Authorization } from "./authenticator.ts";
import type { Http, HttpResponse, HttpResult } from "./http.ts";
import { parseQuota, parseRequestId, parseServerTime, parseWait } from "./response-headers.ts";
import type { Sanitize } from "./sanitize.ts";

export interface CallParts {
  readonly authenticator: Authenticator;
  readonly http: Http;
  readonly clock: Clock;
  readonly sanitize: Sanitize;
}

/** A call that returns a `T` if it succeeds. */
export interface ApiCall<T> {
  readonly url: URL;
  /** JSON. */
  readonly body: string;
  readonly classify: (response: HttpResponse, sanitize: Sanitize) => ParsedResponse<T>;
}

/** A classified response. */
export type ParsedResponse<T> =
  | { readonly kind: "read"; readonly value: T }
  /** The token must be renewed and the request sent again; `answer` is the result if the token was just renewed. */
  | { readonly kind: "token-expired"; readonly answer: CallFailure }
  /** The whole call failed. */
  | {
      readonly kind: "failure";
      readonly answer: CallFailure;
      /** Access is denied with a 401, as the HTTP status or as `meta.status`. */
      readonly isUnauthorized?: true;
    };

/** A completed call. */
export interface CallResult<T> {
  readonly trace: CallTrace;
  readonly result: Exclude<ParsedResponse<T>, { kind: "token-expired" }>;
}

/**
 * Makes one call: gets a token, sends the request, classifies the response. If Mimecast reports an expired token,
 * renews it and sends the request again, once.
 */
export async function callEndpoint<T>(
  call: ApiCall<T>,
  control: CallOptions,
  parts: CallParts,
): Promise<CallResult<T>> {
  const first = await attempt(call, control, parts);
  if (first.invalidateToken === undefined) return first.callResult;
  first.invalidateToken();
  return (await attempt(call, control, parts)).callResult;
}

interface Attempt<T> {
  readonly callResult: CallResult<T>;
  /** Present if the token has expired and can be renewed. */
  readonly invalidateToken?: (() => void) | undefined;
}

async function attempt<T>(call: ApiCall<T>, control: CallOptions, parts: CallParts): Promise<Attempt<T>> {
  const { authenticator, clock, http } = parts;
  const startedAtMs = clock.nowMs();
  const authorization = await authenticator.authorize(control.drainSignal ?? control.signal);
  if (authorization.kind === "none") {
    const trace = { ...authorization.wait, sentAtMs: startedAtMs, arrivedAtMs: clock.nowMs() };
    return { callResult: { trace, result: { kind: "failure", answer: authorization.answer } } };
  }
  await control.beforeSend();
  const { headers, requestId } = authorization.headersFor(call.url.pathname);
  headers["content-type"] = "application/json";
  const sentAtMs = clock.nowMs();
  const result = await http.post(call.url, headers, call.body, control.signal);
  const sent = { requestId, sentAtMs, arrivedAtMs: clock.nowMs() };
  return result.kind === "answered"
    ? fromResponse(call, result, authorization, sent, parts)
    : { callResult: fromNetworkError(result, sent, parts) };
}

interface SentAt {
  readonly requestId: string | undefined;
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

function fromResponse<T>(
  call: ApiCall<T>,
  http: HttpResponse,
  authorization: Authorization,
  sent: SentAt,
  { clock, sanitize }: CallParts,
): Attempt<T> {
  const parsed = call.classify(http, sanitize);
  const requestId = parseRequestId(http.headers, sent.requestId, sanitize);
  const quota = parseQuota(http.headers);
  const serverEpochMs = parseServerTime(http.headers);
  const isRateLimited = parsed.kind === "failure" && parsed.answer.kind === "not-executed";
  const wait = parseWait(http.headers, isRateLimited, clock.epochMs());
  const trace: CallTrace = {
    status: http.status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(quota === undefined ? {} : { quota }),
    ...wait,
    ...(serverEpochMs === undefined ? {} : { serverEpochMs }),
    sentAtMs: sent.sentAtMs,
    arrivedAtMs: sent.arrivedAtMs,
  };
  if (parsed.kind === "token-expired") {
    const result = { kind: "failure", answer: parsed.answer } as const;
    return { callResult: { trace, result }, invalidateToken: authorization.invalidate };
  }
  // A 401 that does not say "expired" may mean that the server lost the token. This call stays denied; the next one
  // fetches a new token.
  if (parsed.kind === "failure" && parsed.isUnauthorized) authorization.invalidate?.();
  return { callResult: { trace, result: parsed } };
}

function fromNetworkError<T>(
  result: Exclude<HttpResult, HttpResponse>,
  sent: SentAt,
  { sanitize }: CallParts,
): CallResult<T> {
  const isLost = result.kind === "lost";
  const failure = { code: result.code, message: sanitize(result.message), retryable: true };
  return {
    trace: {
      ...(isLost && sent.requestId !== undefined ? { requestId: sent.requestId } : {}),
      sentAtMs: sent.sentAtMs,
      arrivedAtMs: sent.arrivedAtMs,
    },
    result: { kind: "failure", answer: { kind: isLost ? "indeterminate" : "not-executed", failure } },
  };
}
