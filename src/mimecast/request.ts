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

/** A call whose answer, where it is one that can be read, is a `T`. */
export interface ApiCall<T> {
  readonly url: URL;
  /** JSON. */
  readonly body: string;
  readonly classify: (answer: HttpResponse, said: Sanitize) => ParsedResponse<T>;
}

/** What an answer says. */
export type ParsedResponse<T> =
  | { readonly kind: "read"; readonly value: T }
  /** The token is to be renewed and the request sent again; `answer` is what it comes to if that is done already. */
  | { readonly kind: "token-expired"; readonly answer: CallFailure }
  /** The call as a whole came to this, whatever it asked for. */
  | {
      readonly kind: "judged";
      readonly answer: CallFailure;
      /** The account is refused with 401, as the HTTP status or as `meta.status`. */
      readonly isUnauthorized?: true;
    };

/** A call that was made. */
export interface CallResult<T> {
  readonly trace: CallTrace;
  readonly result: Exclude<ParsedResponse<T>, { kind: "token-expired" }>;
}

/**
 * Makes one call, from the token to the judged answer. Where Mimecast calls the token expired, it is renewed
 * and the request sent again, once.
 */
export async function callEndpoint<T>(
  call: ApiCall<T>,
  control: CallOptions,
  parts: CallParts,
): Promise<CallResult<T>> {
  const first = await attempt(call, control, parts);
  if (first.expired === undefined) return first.called;
  first.expired();
  return (await attempt(call, control, parts)).called;
}

interface Attempt<T> {
  readonly called: CallResult<T>;
  /** There if the token has expired and can be renewed. */
  readonly expired?: (() => void) | undefined;
}

async function attempt<T>(call: ApiCall<T>, control: CallOptions, parts: CallParts): Promise<Attempt<T>> {
  const { authenticator, clock, http } = parts;
  const askedAtMs = clock.nowMs();
  const pass = await authenticator.authorize(control.drainSignal ?? control.signal);
  if (pass.kind === "none") {
    const trace = { ...pass.wait, sentAtMs: askedAtMs, arrivedAtMs: clock.nowMs() };
    return { called: { trace, result: { kind: "judged", answer: pass.answer } } };
  }
  await control.beforeSend();
  const { headers, requestId } = pass.headersFor(call.url.pathname);
  headers["content-type"] = "application/json";
  const sentAtMs = clock.nowMs();
  const outcome = await http.post(call.url, headers, call.body, control.signal);
  const sent = { requestId, sentAtMs, arrivedAtMs: clock.nowMs() };
  return outcome.kind === "answered"
    ? fromResponse(call, outcome, pass, sent, parts)
    : { called: fromNetworkError(outcome, sent, parts) };
}

interface SentAt {
  readonly requestId: string | undefined;
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

function fromResponse<T>(
  call: ApiCall<T>,
  http: HttpResponse,
  pass: Authorization,
  sent: SentAt,
  { clock, sanitize: said }: CallParts,
): Attempt<T> {
  const verdict = call.classify(http, said);
  const requestId = parseRequestId(http.headers, sent.requestId, said);
  const quota = parseQuota(http.headers);
  const serverEpochMs = parseServerTime(http.headers);
  const isThrottled = verdict.kind === "judged" && verdict.answer.kind === "not-executed";
  const wait = parseWait(http.headers, isThrottled, clock.epochMs());
  const trace: CallTrace = {
    status: http.status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(quota === undefined ? {} : { quota }),
    ...wait,
    ...(serverEpochMs === undefined ? {} : { serverEpochMs }),
    sentAtMs: sent.sentAtMs,
    arrivedAtMs: sent.arrivedAtMs,
  };
  if (verdict.kind === "token-expired") {
    const result = { kind: "judged", answer: verdict.answer } as const;
    return { called: { trace, result }, expired: pass.invalidate };
  }
  // A 401 that does not say "expired" may mean that the server lost the token. This call stays refused, and the
  // next one fetches a new token.
  if (verdict.kind === "judged" && verdict.isUnauthorized) pass.invalidate?.();
  return { called: { trace, result: verdict } };
}

function fromNetworkError<T>(
  outcome: Exclude<HttpResult, HttpResponse>,
  sent: SentAt,
  { sanitize: said }: CallParts,
): CallResult<T> {
  const isLost = outcome.kind === "lost";
  const failure = { code: outcome.code, message: said(outcome.message), retryable: true };
  return {
    trace: {
      ...(isLost && sent.requestId !== undefined ? { requestId: sent.requestId } : {}),
      sentAtMs: sent.sentAtMs,
      arrivedAtMs: sent.arrivedAtMs,
    },
    result: { kind: "judged", answer: { kind: isLost ? "indeterminate" : "not-executed", failure } },
  };
}
