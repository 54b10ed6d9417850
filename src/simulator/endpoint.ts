import type { Reply } from "./reply.ts";

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
