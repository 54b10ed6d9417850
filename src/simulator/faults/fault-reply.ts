import { STATUS_CODES } from "node:http";
import { envelopeReply, gatewayReply, type Reply, textReply } from "../reply.ts";
import type { CallFault } from "./fault.ts";

/** A sign-in page, as a proxy or a portal in front of Mimecast shows it. */
const HTML_PAGE =
  "<!DOCTYPE html>\n<html><head><title>Please sign in</title></head><body><h1>Please sign in</h1></body></html>\n";

/**
 * Returns the answer to a call that this fault hits. `execute` executes the call and returns its normal answer; it
 * is called only if the fault lets the call take effect.
 */
export function callFaultReply(fault: CallFault, execute: () => Reply): Reply {
  if ("executed" in fault && fault.executed === true) execute();
  switch (fault.kind) {
    case "gateway-fail":
      return gatewayReply(fault.status, fault.code, fault.message);
    case "status":
      return {
        ...textReply(fault.status, fault.body ?? STATUS_CODES[fault.status] ?? ""),
        headers: Object.entries(fault.headers ?? {}).flat(),
      };
    case "meta-status":
      return envelopeReply(fault.status ?? 200, fault.metaStatus, [], []);
    case "html":
      return { status: fault.status ?? 200, contentType: "text/html; charset=utf-8", body: HTML_PAGE };
    case "empty":
      return { status: fault.status ?? 200, contentType: "application/json", body: "" };
    case "drop":
      return { ...textReply(200, ""), manner: "drop" };
    case "redirect":
      return { ...textReply(307, ""), headers: ["location", fault.location] };
    case "cut-off":
    case "oversized":
      return { ...execute(), manner: fault.kind };
    case "slow":
      return { ...execute(), delayMs: fault.ms };
    default:
      return fault satisfies never;
  }
}
