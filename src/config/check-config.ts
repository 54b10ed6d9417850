import { z } from "zod";
import { shown } from "../domain/address.ts";
import { BLOT } from "../domain/redact.ts";
import { proxyUrl } from "../mimecast/proxy.ts";
import { type Network, REACH_FLAGS, readNetwork } from "./connection-config.ts";
import { type Account, readAccount } from "./credentials.ts";
import {
  isSecretVariable,
  readVariableLayers,
  type Surroundings,
  VARIABLES,
  type VariableLayers,
} from "./environment.ts";
import { Problems, readOptions } from "./option-parsers.ts";

const checkFlags = z.object({ ...REACH_FLAGS, json: z.boolean().default(false) });

/** The options of check as the command line has them, each named as commander names it. */
export type CheckFlags = z.input<typeof checkFlags>;

/** A setting that was found, fit to be shown: a secret is a mask. */
interface FoundSetting {
  readonly name: string;
  readonly value: string;
  /** From where it comes, for people. */
  readonly origin: string;
}

export interface CheckConfig {
  readonly found: readonly FoundSetting[];
  /** Everything that is wrong with the settings; then there may be no account. */
  readonly problems: readonly string[];
  /** Undefined with `--simulate`, and where the settings name none that could be used. */
  readonly account: Account | undefined;
  readonly simulate: boolean;
  readonly network: Network;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** Reads all settings, and tells what is wrong with them instead of throwing it; but throws a RunError "usage". */
export function readCheckConfig(flags: CheckFlags, surroundings: Surroundings): CheckConfig {
  const usage = new Problems();
  const options = readOptions(checkFlags, flags, usage);
  usage.throwIfAny();
  if (options === undefined) throw new TypeError("options without a problem are missing");
  const problems = new Problems();
  const variables = readVariableLayers(surroundings, options.envFile, problems);
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
    ...envFile.map((file) => ({ name: "--env-file", value: shown(file) })),
    ...(simulate ? [{ name: "--simulate", value: "on" }] : []),
    ...(timeout === undefined ? [] : [{ name: "--timeout", value: shown(timeout) }]),
  ];
  return given.map((flag) => ({ ...flag, origin: "the command line" }));
}

function foundSettings(variables: VariableLayers): FoundSetting[] {
  return VARIABLES.flatMap((name) => {
    const origin = variables.originOf(name);
    if (origin === undefined) return [];
    const value = isSecretVariable(name) ? BLOT : shownValue(name, variables.plain(name) ?? "");
    return [{ name, value, origin: shown(origin) }];
  });
}

/** A URL can hold a password, and a token where it should hold none. */
function shownValue(name: string, value: string): string {
  if (name !== "MIMECAST_BASE_URL" && name !== "HTTPS_PROXY" && name !== "ALL_PROXY") return shown(value);
  const isUsable = name === "MIMECAST_BASE_URL" ? URL.canParse(value) : proxyUrl(value) !== undefined;
  if (!isUsable) return `${hostIn(value)} (not a usable URL; the rest is not shown)`.trim();
  return shown(
    value.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?).*@/i, `$1${BLOT}@`).replace(/[?#].*$/, `?${BLOT}`),
  );
}

/** The host of a text that is not a URL, empty where it can't be told from a password. */
function hostIn(text: string): string {
  const [, host = ""] =
    HOST.exec(text.slice(text.lastIndexOf("@") + 1).replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")) ?? [];
  return host;
}

const HOST = /^((?:[\w-]+\.)+[\w-]+|\[[\da-f:.]+\])(?:[:/?#]|$)/i;
