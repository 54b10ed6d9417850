import { z } from "zod";
import { displayText } from "../domain/address.ts";
import { REDACTED } from "../domain/redact.ts";
import { proxyUrl } from "../mimecast/proxy.ts";
import { CONNECTION_OPTIONS, type Network, readNetwork } from "./connection-config.ts";
import { type Account, readAccount } from "./credentials.ts";
import {
  type ConfigSources,
  type Environment,
  isSecretVariable,
  readEnvironment,
  VARIABLES,
} from "./environment.ts";
import { ConfigErrors, parseOptions } from "./option-parsers.ts";

const checkFlags = z.object({ ...CONNECTION_OPTIONS, json: z.boolean().default(false) });

/** The options of check as the command line has them, each named as commander names it. */
export type CheckFlags = z.input<typeof checkFlags>;

/** A setting as `check` shows it: a secret is replaced by a mask. */
interface FoundSetting {
  readonly name: string;
  readonly value: string;
  /** The place that sets it, for people. */
  readonly origin: string;
}

/** The settings of check, and their errors. */
export interface CheckConfig {
  readonly found: readonly FoundSetting[];
  /** Every error in the settings. If there is one, `account` may be undefined. */
  readonly problems: readonly string[];
  /** Undefined with `--simulate`, and if the settings name no usable account. */
  readonly account: Account | undefined;
  readonly simulate: boolean;
  readonly network: Network;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** Reads all settings. Returns errors in variables and files; throws a RunError "usage" for errors in options. */
export function readCheckConfig(flags: CheckFlags, sources: ConfigSources): CheckConfig {
  const usage = new ConfigErrors();
  const options = parseOptions(checkFlags, flags, usage);
  usage.throwIfAny();
  if (options === undefined) throw new TypeError("no option is wrong, but there are no options");
  const problems = new ConfigErrors();
  const variables = readEnvironment(sources, options.envFile, problems);
  const network = readNetwork(variables, problems);
  const account = options.simulate ? undefined : readAccount(variables, problems);
  return {
    found: [...flagsOf(flags), ...foundSettings(variables)],
    problems: problems.messages,
    account,
    simulate: options.simulate,
    network,
    timeoutMs: Math.ceil(options.timeout * 1000),
    json: options.json,
  };
}

function flagsOf({ envFile = [], simulate = false, timeout }: CheckFlags): FoundSetting[] {
  const given = [
    ...envFile.map((file) => ({ name: "--env-file", value: displayText(file) })),
    ...(simulate ? [{ name: "--simulate", value: "on" }] : []),
    ...(timeout === undefined ? [] : [{ name: "--timeout", value: displayText(timeout) }]),
  ];
  return given.map((flag) => ({ ...flag, origin: "the command line" }));
}

function foundSettings(variables: Environment): FoundSetting[] {
  return VARIABLES.flatMap((name) => {
    const origin = variables.sourceOf(name);
    if (origin === undefined) return [];
    const value = isSecretVariable(name) ? REDACTED : shownValue(name, variables.get(name) ?? "");
    return [{ name, value, origin: displayText(origin) }];
  });
}

/** Returns the value without the parts of a URL that can be secret: user name, password and query. */
function shownValue(name: string, value: string): string {
  if (name !== "MIMECAST_BASE_URL" && name !== "HTTPS_PROXY" && name !== "ALL_PROXY")
    return displayText(value);
  const isUsable = name === "MIMECAST_BASE_URL" ? URL.canParse(value) : proxyUrl(value) !== undefined;
  if (!isUsable) return `${hostIn(value)} (not a usable URL; the rest is not shown)`.trim();
  return displayText(
    value.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?).*@/i, `$1${REDACTED}@`).replace(/[?#].*$/, `?${REDACTED}`),
  );
}

/** Returns the host in a text that is not a URL; empty if it can't be distinguished from a password. */
function hostIn(text: string): string {
  const [, host = ""] =
    HOST.exec(text.slice(text.lastIndexOf("@") + 1).replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")) ?? [];
  return host;
}

const HOST = /^((?:[\w-]+\.)+[\w-]+|\[[\da-f:.]+\])(?:[:/?#]|$)/i;
