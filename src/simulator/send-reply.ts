import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Reply } from "./reply.ts";

/** More than any client should buffer for one call. */
const OVERSIZED_BYTES = 21 * 1024 * 1024;
const OVERSIZED_CHUNK = Buffer.alloc(64 * 1024, " ");

/** Sends a reply as its `manner` says. `headers` are the simulator's own: name, value, name, value, …. */
export function sendReply(response: ServerResponse, reply: Reply, headers: readonly string[]): void {
  switch (reply.manner ?? "whole") {
    case "whole":
      response.writeHead(reply.status, allHeaders(reply, headers, Buffer.byteLength(reply.body)));
      response.end(reply.body);
      return;
    case "drop":
      response.socket?.destroy();
      return;
    case "cut-off": {
      const body = Buffer.from(reply.body);
      response.writeHead(reply.status, allHeaders(reply, headers, body.length));
      response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
      return;
    }
    case "oversized":
      response.writeHead(reply.status, allHeaders(reply, headers, undefined));
      // A client that gives up half-way ends the stream with an error, which is the purpose of this fault.
      pipeline(Readable.from(oversizedBody(reply.body)), response).catch(() => response.destroy());
      return;
  }
}

function allHeaders(reply: Reply, own: readonly string[], lengthBytes: number | undefined): string[] {
  const headers = ["content-type", reply.contentType, ...own];
  if (lengthBytes !== undefined) headers.push("content-length", String(lengthBytes));
  return reply.headers === undefined ? headers : replaced(headers, reply.headers);
}

/** Returns `headers` without the names that `replacing` has too, followed by `replacing`. */
function replaced(headers: readonly string[], replacing: readonly string[]): string[] {
  const names = new Set(replacing.filter(isName).map((name) => name.toLowerCase()));
  let keep = true;
  const kept = headers.filter((part, index) => {
    if (isName(part, index)) keep = !names.has(part.toLowerCase());
    return keep;
  });
  return [...kept, ...replacing];
}

function isName(_part: string, index: number): boolean {
  return index % 2 === 0;
}

/** Yields white space and then the body, which is still valid JSON. Chunked, so no content length warns the client. */
function* oversizedBody(body: string): Generator<Buffer> {
  for (let bytes = 0; bytes < OVERSIZED_BYTES; bytes += OVERSIZED_CHUNK.length) yield OVERSIZED_CHUNK;
  yield Buffer.from(body);
}
