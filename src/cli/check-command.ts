import { randomUUID } from "node:crypto";
import { type AccountCheck, checkAccount } from "../check-account/check-account.ts";
import { type Finding, type FindingState, finding } from "../check-account/findings.ts";
import { type CheckConfig, type CheckFlags, readCheckConfig } from "../config/check-config.ts";
import type { Account } from "../config/credentials.ts";
import { stripControlCharacters } from "../domain/display-text.ts";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import { RunError } from "../domain/run-error.ts";
import { createMimecastClient } from "../mimecast/client.ts";
import { chosenProxy } from "../mimecast/proxy.ts";
import type { Host } from "./host.ts";
import { clientSettings } from "./run-command.ts";
import { withAccount } from "./simulated-account.ts";
import { printText } from "./stdout.ts";
import { systemClock } from "./system-clock.ts";

/** One: the calls are sequential. */
const CALLS_IN_FLIGHT = 1;

const EXIT_CODES: Readonly<Record<AccountCheck["result"], ExitCode>> = {
  ok: EXIT.ok,
  refused: EXIT.refused,
  unreachable: EXIT.unreachable,
};

/** Runs `mimecast-bulk check`. Changes nothing at Mimecast. Throws a RunError for an error in the options. */
export async function checkCommand(flags: CheckFlags, host: Host): Promise<ExitCode> {
  const config = readCheckConfig(flags, host);
  const settings = settingsFindings(config);
  if (config.problems.length > 0) return await printResult(EXIT.settings, config, settings, host);
  return await withAccount(config.account, async (account) => {
    try {
      const { findings, result } = await checkWith(config, account, host);
      return await printResult(EXIT_CODES[result], config, [...settings, ...findings], host);
    } catch (error) {
      // The file that a setting names is read only now.
      if (!(error instanceof RunError) || error.kind !== "settings") throw error;
      const findings = [...settings, finding("settings", "failed", error.message)];
      return await printResult(EXIT.settings, config, findings, host);
    }
  });
}

async function checkWith(config: CheckConfig, account: Account, host: Host): Promise<AccountCheck> {
  const settings = clientSettings({ ...config, concurrency: CALLS_IN_FLIGHT }, account, host);
  const job = {
    api: account.credentials.api,
    baseUrl: account.baseUrl,
    proxy: chosenProxy(settings)?.host,
  };
  const directory = createMimecastClient(settings, { clock: systemClock, randomUuid: randomUUID });
  try {
    return await checkAccount(job, { clock: systemClock, random: Math.random, directory });
  } finally {
    directory.close();
  }
}

function settingsFindings({ account, found, problems, simulate }: CheckConfig): Finding[] {
  const tenant = account === undefined ? [] : [`the account is called ${account.tenant} in ledgers`];
  const none = found.length === 0 ? ["none is set"] : [];
  return [
    ...found.map(({ name, origin, value }) => `${name}=${value}, from ${origin}`),
    ...(simulate ? ["the embedded simulator needs no others"] : [...none, ...tenant]),
  ]
    .map((line) => finding("settings", "ok", line))
    .concat(problems.map((problem) => finding("settings", "failed", problem)));
}

const STATES: Readonly<Record<FindingState, string>> = {
  ok: "ok",
  warning: "warning",
  failed: "FAILED",
  unknown: "unknown",
};

async function printResult(
  exitCode: ExitCode,
  { found, json }: CheckConfig,
  findings: readonly Finding[],
  host: Host,
): Promise<ExitCode> {
  const lines = findings.map(({ check, message, state }) =>
    stripControlCharacters(`${STATES[state].padEnd(8)}  ${check.padEnd(11)}  ${message}`),
  );
  const text = json
    ? JSON.stringify({ exitCode, settings: found, findings }, undefined, 2)
    : lines.join("\n");
  await printText(host, `${host.redactor.redact(text)}\n`);
  return exitCode;
}
