import type { Fault } from "./fault.ts";

/** A domain reserved by RFC 2606, so that no real row matches by accident. */
const FAULTS_DOMAIN = "faults.example";

/**
 * Aliases that fail in every simulator, like the test cards of payment services. Fixtures use them to show each
 * outcome. A name may continue after the part shown here: `busy-once-7@faults.example`.
 */
export const BUILT_IN_FAULTS: readonly Fault[] = [
  {
    alias: `forbidden*@${FAULTS_DOMAIN}`,
    kind: "fail",
    code: "err_xdk_operation_forbidden_for_address",
    message: "0003 Forbidden To Perform Operation For Address",
  },
  {
    alias: `invalid*@${FAULTS_DOMAIN}`,
    kind: "fail",
    code: "err_validation_invalid_email_address",
    message: "The address is not valid",
  },
  { alias: `busy-once*@${FAULTS_DOMAIN}`, times: 1, ...busy() },
  { alias: `busy*@${FAULTS_DOMAIN}`, ...busy() },
  { alias: `http-503-once*@${FAULTS_DOMAIN}`, times: 1, kind: "status", status: 503 },
  { alias: `http-503*@${FAULTS_DOMAIN}`, kind: "status", status: 503 },
  { alias: `drop-once*@${FAULTS_DOMAIN}`, times: 1, kind: "drop" },
  { alias: `html-once*@${FAULTS_DOMAIN}`, times: 1, kind: "html" },
  { alias: `lost-answer-once*@${FAULTS_DOMAIN}`, times: 1, kind: "drop", executed: true },
];

/** Returns a transient failure. No real code with `retryable: true` is known, so the code is the simulator's own. */
function busy() {
  return { kind: "fail", code: "sim_busy", message: "Simulated: try again", retryable: true } as const;
}
