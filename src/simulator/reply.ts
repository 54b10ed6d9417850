/** What an endpoint wants answered, before anything of it is on the wire. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Further headers as name, value, name, value, …; they replace the simulator's own of the same name. */
  readonly headers?: readonly string[];
  /** How the answer travels; `whole` where absent. */
  readonly manner?: Delivery;
  /** Wait before the answer, in ms, on top of the simulator's latency; 0 where absent. */
  readonly delayMs?: number;
}

/**
 * `drop`: the connection is closed without a byte · `cut-off`: after half of the body ·
 * `oversized`: more than 20 MB of white space go before the body.
 */
type Delivery = "whole" | "drop" | "cut-off" | "oversized";

/** An entry of an item's `errors`. */
export interface ItemError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly field?: string;
}

/** An entry of `fail` as the API gives it for an item of the request. */
export interface ItemFail {
  readonly key?: object;
  readonly errors: readonly ItemError[];
}

export function jsonReply(status: number, body: object): Reply {
  return { status, contentType: "application/json", body: JSON.stringify(body) };
}

export function textReply(status: number, body: string): Reply {
  return { status, contentType: "text/plain; charset=utf-8", body };
}

/** The API's envelope, with `meta.status` apart from the HTTP status, as they may differ. */
export function envelopeReply(
  status: number,
  metaStatus: number,
  fail: readonly ItemFail[],
  data: readonly object[],
): Reply {
  return jsonReply(status, { fail, meta: { status: metaStatus }, data });
}

/** A call refused as a whole by the API behind the gateway: one `fail` entry that names no item. */
export function refusedCallReply(status: number, code: string, message: string): Reply {
  return envelopeReply(status, status, [{ errors: [{ code, message, retryable: false }] }], []);
}

/**
 * A call refused by the 2.0 gateway: `fail` in its flat shape. Whether `meta` comes with it is unknown; it is
 * left out, which asks more of a client.
 */
export function gatewayReply(status: number, code: string, message?: string): Reply {
  return jsonReply(status, { fail: [message === undefined ? { code } : { code, message }] });
}

/** One request at an endpoint, let in and read whole. */
export interface Call {
  readonly body: string;
  /** The request's `content-type`, "" where it has none. */
  readonly contentType: string;
  /** Monotonic ms, when the request arrived. */
  readonly atMs: number;
  /** Counts the calls from 1. */
  readonly number: number;
}

/** Answers a POST. What the call changes is changed before the reply is delivered. */
export type Endpoint = (call: Call) => Reply;

/** Endpoints by their exact path. Those under `/api/` ask for credentials and count towards the quota. */
export type Routes = ReadonlyMap<string, Endpoint>;
