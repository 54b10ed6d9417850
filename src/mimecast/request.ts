import type { CallControl } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import type { CallTrace, WholeAnswer } from "../domain/response.ts";
import type { Access, Pass } from "./authenticator.ts";
import type { Http, HttpAnswer, HttpOutcome } from "./http.ts";
import { readQuota, readRequestId, readServerTime, readWait } from "./response-headers.ts";
import type { Said } from "./sanitize.ts";

export interface CallParts {
  readonly access: Access;
  readonly http: Http;
  readonly clock: Clock;
  readonly said: Said;
}

/** A call whose answer, where it is one that can be read, is a `T`. */
export interface Call<T> {
  readonly url: URL;
  /** JSON. */
  readonly body: string;
  readonly judge: (answer: HttpAnswer, said: Said) => Verdict<T>;
}

/** What an answer says. */
export type Verdict<T> =
  | { readonly kind: "read"; readonly value: T }
  /** The token is to be renewed and the request sent again; `answer` is what it comes to if that is done already. */
  | { readonly kind: "token-expired"; readonly answer: WholeAnswer }
  /** The call as a whole came to this, whatever it asked for. */
  | {
      readonly kind: "judged";
      readonly answer: WholeAnswer;
      /** The account is refused with 401, as the HTTP status or as `meta.status`. */
      readonly isUnauthorized?: true;
    };

/** A call that was made. */
export interface Called<T> {
  readonly trace: CallTrace;
  readonly result: Exclude<Verdict<T>, { kind: "token-expired" }>;
}

/**
 * Makes one call, from the token to the judged answer. Where Mimecast calls the token expired, it is renewed
 * and the request sent again, once.
 */
export async function makeCall<T>(call: Call<T>, control: CallControl, parts: CallParts): Promise<Called<T>> {
  const first = await attempt(call, control, parts);
  if (first.expired === undefined) return first.called;
  first.expired();
  return (await attempt(call, control, parts)).called;
}

interface Attempt<T> {
  readonly called: Called<T>;
  /** There if the token has expired and can be renewed. */
  readonly expired?: (() => void) | undefined;
}

async function attempt<T>(call: Call<T>, control: CallControl, parts: CallParts): Promise<Attempt<T>> {
  const { access, clock, http } = parts;
  const askedAtMs = clock.nowMs();
  const pass = await access.open(control.sending ?? control.signal);
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
    ? answered(call, outcome, pass, sent, parts)
    : { called: broken(outcome, sent, parts) };
}

interface Sent {
  readonly requestId: string | undefined;
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

function answered<T>(
  call: Call<T>,
  http: HttpAnswer,
  pass: Pass,
  sent: Sent,
  { clock, said }: CallParts,
): Attempt<T> {
  const verdict = call.judge(http, said);
  const requestId = readRequestId(http.headers, sent.requestId, said);
  const quota = readQuota(http.headers);
  const serverEpochMs = readServerTime(http.headers);
  const isThrottled = verdict.kind === "judged" && verdict.answer.kind === "not-executed";
  const wait = readWait(http.headers, isThrottled, clock.epochMs());
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
    return { called: { trace, result }, expired: pass.expired };
  }
  // A 401 that does not say "expired" may mean that the server lost the token. This call stays refused, and the
  // next one fetches a new token.
  if (verdict.kind === "judged" && verdict.isUnauthorized) pass.expired?.();
  return { called: { trace, result: verdict } };
}

function broken<T>(outcome: Exclude<HttpOutcome, HttpAnswer>, sent: Sent, { said }: CallParts): Called<T> {
  const isLost = outcome.kind === "lost";
  const failure = { code: outcome.code, message: said(outcome.message), retryable: true };
  return {
    trace: {
      ...(isLost && sent.requestId !== undefined ? { requestId: sent.requestId } : {}),
      sentAtMs: sent.sentAtMs,
      arrivedAtMs: sent.arrivedAtMs,
    },
    result: { kind: "judged", answer: { kind: isLost ? "unanswered" : "not-executed", failure } },
  };
}
