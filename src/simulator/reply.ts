/** The answer of an endpoint, before it is sent. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Further headers as name, value, name, value, …; they replace the simulator's headers of the same name. */
  readonly headers?: readonly string[];
  /** The way to send the answer; `whole` if absent. */
  readonly manner?: Delivery;
  /** Wait before the answer, in ms, on top of the simulator's latency; 0 if absent. */
  readonly delayMs?: number;
}

/**
 * `drop`: closes the connection without a byte · `cut-off`: closes it after half of the body ·
 * `oversized`: sends more than 20 MB of white space before the body.
 */
type Delivery = "whole" | "drop" | "cut-off" | "oversized";

/** An entry of an item's `errors`. */
export interface ItemError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly field?: string;
}

/** An entry of the API's `fail` for an item of the request. */
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

/** Returns the API's envelope. `meta.status` is a parameter of its own, because it may differ from the HTTP status. */
export function envelopeReply(
  status: number,
  metaStatus: number,
  fail: readonly ItemFail[],
  data: readonly object[],
): Reply {
  return jsonReply(status, { fail, meta: { status: metaStatus }, data });
}

/** Returns the refusal of a whole call by the API behind the gateway: one `fail` entry that names no item. */
export function refusedCallReply(status: number, code: string, message: string): Reply {
  return envelopeReply(status, status, [{ errors: [{ code, message, retryable: false }] }], []);
}

/**
 * Returns the refusal of a call by the 2.0 gateway: `fail` in its flat shape. It is not known whether `meta` comes
 * with it. The simulator leaves it out, which is harder for clients.
 */
export function gatewayReply(status: number, code: string, message?: string): Reply {
  return jsonReply(status, { fail: [message === undefined ? { code } : { code, message }] });
}

/** An accepted request with its whole body, as an endpoint gets it. */
export interface Call {
  readonly body: string;
  /** The request's `content-type`; "" if it has none. */
  readonly contentType: string;
  /** Arrival of the request, in monotonic ms. */
  readonly atMs: number;
  /** Number of the call, from 1. */
  readonly number: number;
}

/** Answers a POST. The changes of the call take effect before the reply is sent. */
export type Endpoint = (call: Call) => Reply;

/** Endpoints by their exact path. Those under `/api/` require credentials and count towards the quota. */
export type Routes = ReadonlyMap<string, Endpoint>;
