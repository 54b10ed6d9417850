import type { Exchange } from "../domain/answer.ts";
import type { Clock } from "../domain/clock.ts";
import type { CallControl } from "../domain/updater.ts";
import type { Access, Pass } from "./access.ts";
import { readQuota, readRequestId, readWaitMs } from "./answer-headers.ts";
import type { Http, HttpAnswer, HttpOutcome } from "./http.ts";
import type { Verdict } from "./judge.ts";
import type { Said } from "./said.ts";

export interface CallParts {
  readonly access: Access;
  readonly http: Http;
  readonly clock: Clock;
  readonly said: Said;
}

export interface Call {
  readonly url: URL;
  /** JSON. */
  readonly body: string;
  readonly judge: (answer: HttpAnswer, said: Said) => Verdict;
}

/**
 * Makes one call, from the token to the judged answer. Where Mimecast calls the token expired, it is renewed
 * and the request sent again, once.
 */
export async function makeCall(call: Call, control: CallControl, parts: CallParts): Promise<Exchange> {
  const first = await attempt(call, control, parts);
  if (first.expired === undefined) return first.exchange;
  first.expired();
  return (await attempt(call, control, parts)).exchange;
}

interface Attempt {
  readonly exchange: Exchange;
  /** There if the token has expired and can be renewed. */
  readonly expired?: (() => void) | undefined;
}

async function attempt(call: Call, control: CallControl, parts: CallParts): Promise<Attempt> {
  const { access, clock, http } = parts;
  const askedAtMs = clock.nowMs();
  const pass = await access.open(control.signal);
  if (pass.kind === "none") {
    const wait = pass.waitMs === undefined ? {} : { waitMs: pass.waitMs };
    return { exchange: { answer: pass.answer, ...wait, sentAtMs: askedAtMs, arrivedAtMs: clock.nowMs() } };
  }
  await control.beforeSend();
  const { headers, requestId } = pass.headersFor(call.url.pathname);
  headers["content-type"] = "application/json";
  const sentAtMs = clock.nowMs();
  const outcome = await http.post(call.url, headers, call.body, control.signal);
  const sent = { requestId, sentAtMs, arrivedAtMs: clock.nowMs() };
  return outcome.kind === "answered"
    ? answered(call, outcome, pass, sent, parts)
    : { exchange: broken(outcome, sent, parts) };
}

interface Sent {
  readonly requestId: string | undefined;
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

function answered(call: Call, http: HttpAnswer, pass: Pass, sent: Sent, { clock, said }: CallParts): Attempt {
  const verdict = call.judge(http, said);
  const answer = verdict.kind === "passed" ? APPLIED : verdict.answer;
  const requestId = readRequestId(http.headers, sent.requestId);
  const quota = readQuota(http.headers);
  const isThrottled = answer.kind === "not-executed";
  const waitMs =
    verdict.kind === "passed" ? undefined : readWaitMs(http.headers, isThrottled, clock.epochMs());
  const exchange: Exchange = {
    answer,
    ...(requestId === undefined ? {} : { requestId }),
    ...(quota === undefined ? {} : { quota }),
    ...(waitMs === undefined ? {} : { waitMs }),
    sentAtMs: sent.sentAtMs,
    arrivedAtMs: sent.arrivedAtMs,
  };
  if (verdict.kind === "token-expired") return { exchange, expired: pass.expired };
  // A token that is refused without being called expired may be one that the server has forgotten: the call
  // stays refused, and the next one brings a new token.
  if (answer.kind === "refused" && http.status === 401) pass.expired?.();
  return { exchange };
}

function broken(outcome: Exclude<HttpOutcome, HttpAnswer>, sent: Sent, { said }: CallParts): Exchange {
  const failure = { code: outcome.code, message: said(outcome.message), retryable: true };
  return {
    answer: { kind: outcome.kind === "lost" ? "unanswered" : "not-executed", failure },
    ...(outcome.kind === "lost" && sent.requestId !== undefined ? { requestId: sent.requestId } : {}),
    sentAtMs: sent.sentAtMs,
    arrivedAtMs: sent.arrivedAtMs,
  };
}

const APPLIED = { kind: "applied" } as const;
