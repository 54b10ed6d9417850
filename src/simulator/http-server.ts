import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../domain/clock.ts";
import { type Access, authorizationError } from "./authorize.ts";
import type { Counters } from "./counters.ts";
import type { CallFault } from "./faults/fault.ts";
import { callFaultReply } from "./faults/fault-reply.ts";
import type { ActiveFault } from "./faults/fault-script.ts";
import type { QuotaDecision, QuotaWindow } from "./quota-window.ts";
import { type Endpoint, type Reply, type Routes, textReply } from "./reply.ts";
import { sendReply } from "./send-reply.ts";
import { isGuid } from "./signatures.ts";

/** A batch of a hundred rows needs some 70 KB; no limit of Mimecast's is known. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const TOO_LONG: Reply = { ...textReply(413, "Content Too Large"), headers: ["connection", "close"] };

const API_PREFIX = "/api/";

/** Everything that the server needs to answer requests. Fields that are not readonly may change while it runs. */
export interface Backend {
  readonly routes: Routes;
  readonly access: Access;
  readonly counters: Counters;
  readonly clock: SimulatorClock;
  /** Returns the fault that is due for a request to this path, whatever its endpoint. */
  readonly pathFault: (path: string, atMs: number) => ActiveFault<CallFault> | undefined;
  quota: QuotaWindow | undefined;
  /** Returns the wait before the next answer. */
  nextLatencyMs: () => number;
}

export type SimulatorClock = Pick<Clock, "nowMs" | "epochMs">;

/** A request that has arrived, with the data needed to answer it. */
interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly atMs: number;
  /** Undefined if the simulator has no quota, and for requests outside `/api/`. */
  readonly quota: QuotaDecision | undefined;
}

/**
 * Creates an HTTP server that does not listen yet. A request passes, in this order: the quota, the faults of its
 * path, the routes, the check of its credentials, the end of its body, and the endpoint. Then the answer waits
 * for the latency.
 */
export function createHttpServer(backend: Backend): Server {
  const server = createServer((request, response) => onRequest(backend, request, response));
  // Otherwise, after a pause, the server could close the connection just as the client sends its next call.
  server.keepAliveTimeout = 0;
  return server;
}

function onRequest(backend: Backend, request: IncomingMessage, response: ServerResponse): void {
  const { counters } = backend;
  const atMs = backend.clock.nowMs();
  const path = pathOf(request.url ?? "");
  const isCall = path.startsWith(API_PREFIX);
  counters.arrived(isCall);
  const callNumber = counters.calls;
  const quota = isCall ? backend.quota?.take(atMs) : undefined;
  const arrival = { request, response, path, atMs, quota };
  const endpoint = faultyEndpoint(backend, arrival, isCall) ?? endpointOrReply(backend, arrival, isCall);
  if (typeof endpoint !== "function") {
    answer(backend, arrival, endpoint);
    return;
  }
  const contentType = request.headers["content-type"] ?? "";
  readBody(
    request,
    (body) => answer(backend, arrival, endpoint({ body, contentType, atMs, number: callNumber })),
    () => answer(backend, arrival, TOO_LONG),
    () => counters.left(undefined),
  );
}

/**
 * Returns an endpoint that plays the due fault of the path, or undefined if no fault is due. A fault that executes
 * the request checks the quota and the credentials then.
 */
function faultyEndpoint(backend: Backend, arrival: Arrival, isCall: boolean): Endpoint | undefined {
  const due = backend.pathFault(arrival.path, arrival.atMs);
  if (due === undefined) return undefined;
  due.consume();
  return (call) =>
    callFaultReply(due.fault, () => {
      const endpoint = endpointOrReply(backend, arrival, isCall);
      return typeof endpoint === "function" ? endpoint(call) : endpoint;
    });
}

/** Returns the endpoint if the request is accepted, otherwise the error to answer. */
function endpointOrReply(backend: Backend, arrival: Arrival, isCall: boolean): Endpoint | Reply {
  const { request, path, atMs, quota } = arrival;
  if (quota?.allowed === false) {
    backend.counters.answered429 += 1;
    return textReply(429, "Too Many Requests");
  }
  const endpoint = backend.routes.get(path);
  if (endpoint === undefined) return textReply(404, "Not Found");
  if (request.method !== "POST")
    return { ...textReply(405, "Method Not Allowed"), headers: ["allow", "POST"] };
  if (!isCall) return endpoint;
  const at = { nowMs: atMs, epochMs: backend.clock.epochMs() };
  return authorizationError(backend.access, path, request.headers, at) ?? endpoint;
}

function answer(backend: Backend, arrival: Arrival, reply: Reply): void {
  const delayMs = backend.nextLatencyMs() + (reply.delayMs ?? 0);
  // Otherwise a delayed answer would keep the process alive after the simulator is closed.
  if (delayMs > 0) setTimeout(() => send(backend, arrival, reply), delayMs).unref();
  else send(backend, arrival, reply);
}

function send(backend: Backend, { request, response, quota }: Arrival, reply: Reply): void {
  const isAnswered = reply.manner !== "drop" && !response.destroyed;
  backend.counters.left(isAnswered ? reply.status : undefined);
  sendReply(response, reply, ownHeaders(request, quota));
}

function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}

/** Returns the request id and the quota headers. API 1.0 repeats the client's id; in 2.0 the server makes one. */
function ownHeaders(request: IncomingMessage, quota: QuotaDecision | undefined): string[] {
  const signedId = request.headers["x-mc-req-id"];
  const headers =
    typeof signedId === "string" && isGuid(signedId)
      ? ["x-mc-req-id", signedId]
      : ["x-request-id", randomUUID()];
  if (quota !== undefined) {
    headers.push("X-RateLimit-Limit", String(quota.limit));
    headers.push("X-RateLimit-Remaining", String(quota.remaining));
    headers.push("X-RateLimit-Reset", String(quota.resetMs));
  }
  return headers;
}

/** Calls exactly one callback: with the whole body, when the body is too long, or when the request breaks off. */
function readBody(
  request: IncomingMessage,
  onBody: (body: string) => void,
  onTooLong: () => void,
  onBroken: () => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    const wasTooLong = bytes > MAX_BODY_BYTES;
    bytes += chunk.length;
    if (wasTooLong) return;
    chunks.push(chunk);
    if (bytes > MAX_BODY_BYTES) onTooLong();
  });
  request.on("end", () => {
    if (bytes <= MAX_BODY_BYTES) onBody(Buffer.concat(chunks).toString());
  });
  request.on("close", () => {
    if (bytes <= MAX_BODY_BYTES && !request.complete) onBroken();
  });
}
