import type { AccountDetails, DirectoryApi } from "../domain/api.ts";
import type { ReadExchange } from "../domain/response.ts";
import {
  adviceFor,
  describeResult,
  gotResponse,
  isAccessDenied,
  shouldContinue,
  succeeded,
} from "./advice.ts";
import { clockFinding, type Finding, finding } from "./findings.ts";
import { type Probe, type ProbeParts, probe } from "./probe.ts";

/** The account to check, and how to reach it. */
export interface CheckJob {
  readonly api: "2.0" | "1.0";
  readonly baseUrl: string;
  /** The proxy's host and port; undefined for a direct connection. */
  readonly proxy: string | undefined;
}

export interface CheckParts extends ProbeParts {
  readonly directory: DirectoryApi;
}

export interface AccountCheck {
  readonly findings: readonly Finding[];
  /** `refused`: Mimecast denies access. `unreachable`: no call gets a response. The first that applies. */
  readonly result: "ok" | "refused" | "unreachable";
}

/** The page to read: small, so it costs nothing. More than one item, because no client is known to request a single one. */
const PAGE = { pageSize: 10 } as const;

/** Checks the account with read-only calls. Changes nothing. */
export async function checkAccount(job: CheckJob, parts: CheckParts): Promise<AccountCheck> {
  const { directory } = parts;
  const account = await probe((call) => directory.account(call), parts);
  if (!gotResponse(account.exchange)) return unreachable(job, account.exchange);
  if (!shouldContinue(account.exchange)) return conclusive(job, account);
  const groups = await probe((call) => directory.groups({ source: "cloud" }, PAGE, call), parts);
  const members = await membersProbe(groups.exchange, parts);
  const domains = await probe((call) => directory.internalDomains(PAGE, call), parts);
  const users = await usersProbe(domains.exchange, parts);
  const probes = [account, groups, members, domains, users].filter((it) => it !== undefined);
  const exported = members ?? groups;
  const findings = [
    ...accountFindings(job, account, probes),
    finding("import", "unknown", IMPORT_UNSEEN),
    callFinding("export", "find-groups and get-group-members", GROUP_PERMISSIONS, exported),
    callFinding("verify", "get-internal-domain and get-internal-users", undefined, users ?? domains),
    quotaFinding(probes),
  ];
  return { findings, result: resultOf(probes, exported) };
}

/** Graded S for 1.0; the 2.0 catalogue names the second one for members (P, C). */
const GROUP_PERMISSIONS = "Directories | Groups | Read, and in API 2.0 Services | Directory Sync | Read";
const IMPORT_UNSEEN =
  "whether the application may set aliases (Directories | Groups | Edit) shows only when one is set: try mimecast-bulk import FILE --limit 1. err_xdk_operation_forbidden_for_address for the first rows means that the role lacks it";

function accountFindings(job: CheckJob, account: Probe<AccountDetails>, probes: readonly Probe<unknown>[]) {
  return [
    finding("host", "ok", `${job.baseUrl} answers, reached ${route(job)}`),
    clockFinding(probes, job.api),
    credentialsFinding(job, account, probes),
  ];
}

/** Returns the check after a conclusive first call: the others would fail in the same way. */
function conclusive(job: CheckJob, account: Probe<AccountDetails>): AccountCheck {
  const rest = (["import", "export", "verify"] as const).map((check) =>
    finding(check, "unknown", "not checked, because the first call failed"),
  );
  return {
    findings: [...accountFindings(job, account, [account]), ...rest, quotaFinding([account])],
    result: isAccessDenied(account.exchange) ? "refused" : "unreachable",
  };
}

/** Reads members of the first group, if there is one. */
async function membersProbe(
  { answer }: Awaited<ReturnType<DirectoryApi["groups"]>>,
  parts: CheckParts,
): Promise<Probe<unknown> | undefined> {
  const group = answer.kind === "passed" ? answer.value.items[0] : undefined;
  if (group === undefined) return undefined;
  return await probe((call) => parts.directory.groupMembers(group.id, PAGE, call), parts);
}

/** Reads users of the first internal domain, if there is one. */
async function usersProbe(
  { answer }: Awaited<ReturnType<DirectoryApi["internalDomains"]>>,
  parts: CheckParts,
): Promise<Probe<unknown> | undefined> {
  const domain = answer.kind === "passed" ? answer.value.items[0] : undefined;
  if (domain === undefined) return undefined;
  return await probe((call) => parts.directory.internalUsers(domain, PAGE, call), parts);
}

function resultOf(probes: readonly Probe<unknown>[], exported: Probe<unknown>): AccountCheck["result"] {
  if (isAccessDenied(exported.exchange)) return "refused";
  // If no call succeeded, the first one was denied: otherwise the others would not have been made.
  return probes.some(({ exchange }) => succeeded(exchange)) ? "ok" : "refused";
}

function unreachable(job: CheckJob, exchange: ReadExchange<unknown>): AccountCheck {
  const host = `${job.baseUrl} does not answer, reached ${route(job)}: ${describeResult(exchange)}. ${adviceFor(exchange)}`;
  const rest = (["clock", "credentials", "import", "export", "verify", "quota"] as const).map((check) =>
    finding(check, "unknown", "the host does not answer"),
  );
  return { findings: [finding("host", "failed", host), ...rest], result: "unreachable" };
}

function route({ proxy }: CheckJob): string {
  return proxy === undefined ? "directly" : `through the proxy ${proxy}`;
}

function credentialsFinding(
  { api }: CheckJob,
  account: Probe<AccountDetails>,
  probes: readonly Probe<unknown>[],
): Finding {
  if (probes.some(({ exchange }) => succeeded(exchange))) {
    const { answer } = account.exchange;
    const name =
      answer.kind === "passed" && answer.value.name !== undefined ? `, "${answer.value.name}"` : "";
    return finding("credentials", "ok", `accepted by API ${api}${name}`);
  }
  const denied = probes.find(({ exchange }) => isAccessDenied(exchange));
  if (denied === undefined) {
    const { exchange } = account;
    return finding(
      "credentials",
      "unknown",
      `no call gets through: ${describeResult(exchange)}. ${adviceFor(exchange)}`,
    );
  }
  const { exchange } = denied;
  return finding("credentials", "failed", `refused: ${describeResult(exchange)}. ${adviceFor(exchange)}`);
}

function callFinding(
  check: "export" | "verify",
  calls: string,
  permission: string | undefined,
  { exchange }: Probe<unknown>,
): Finding {
  const { answer } = exchange;
  if (answer.kind === "passed") return finding(check, "ok", `${calls} answer`);
  const needed = permission === undefined ? calls : `${permission}, for ${calls}`;
  if (isAccessDenied(exchange)) {
    const advice = `give its role the permission (${needed}) if you want to ${check}; the keys stay the same`;
    return finding(
      check,
      check === "export" ? "failed" : "warning",
      `refused: ${describeResult(exchange)}; ${advice}`,
    );
  }
  return succeeded(exchange)
    ? finding(check, "warning", `${calls}: ${describeResult(exchange)}`)
    : finding(check, "unknown", `${calls}: ${describeResult(exchange)}`);
}

function quotaFinding(probes: readonly Probe<unknown>[]): Finding {
  const quotas = probes.map(({ exchange }) => exchange.quota).filter((it) => it !== undefined);
  const quota = quotas.at(-1);
  if (quota === undefined) return finding("quota", "unknown", "no answer reported a quota");
  const { limit, remaining, resetMs } = quota;
  const parts = [
    limit === undefined ? "" : `${limit} calls in a window`,
    remaining === undefined ? "" : `${remaining} left`,
    resetMs === undefined ? "" : `reset in ${Math.round(resetMs) / 1_000} s`,
  ];
  const line = parts.filter((part) => part !== "").join(", ");
  if (remaining === undefined || remaining > 0) return finding("quota", "ok", line);
  return finding("quota", "warning", `${line}: other clients use it too; a run waits for the reset`);
}
