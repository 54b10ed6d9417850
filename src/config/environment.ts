import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { displayText } from "../domain/address.ts";
import { proxySecrets } from "../mimecast/proxy.ts";
import type { ConfigErrors } from "./option-parsers.ts";
import { Secret } from "./secret.ts";

/** What surrounds a process, as far as settings depend on it. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where `.env` is looked for, and what relative paths are relative to. */
  readonly cwd: string;
  /** Learns every secret that the variables hold, as soon as they are read. */
  registerSecrets?(secrets: readonly string[]): void;
}

/** Variables from one place. */
interface Layer {
  /** The place, for people. */
  readonly origin: string;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/**
 * The variables of the environment and of `.env` files, the environment first. An empty one counts as unset.
 */
export class Environment {
  readonly #layers: readonly Layer[];
  readonly #surroundings: ConfigSources;

  constructor(layers: readonly Layer[], surroundings: ConfigSources) {
    this.#layers = layers;
    this.#surroundings = surroundings;
    surroundings.registerSecrets?.(layers.flatMap(({ values }) => secretsIn(values, surroundings.cwd)));
  }

  /** A variable's value without the white space around it. The proxies' are known by lower-case names too. */
  get(name: PlainVariable): string | undefined {
    return this.#found(name)?.value;
  }

  /** The spelling of the name under which the value that counts is set. */
  spellingOf(name: PlainVariable): string {
    return this.#found(name)?.spelling ?? name;
  }

  /** From where the value comes that counts, for people; undefined where there is none. */
  sourceOf(name: PlainVariable | SecretVariable): string | undefined {
    if (!isSecretVariable(name)) return this.#found(name)?.origin;
    const fileName = fileVariable(name);
    const layer = this.#layers.find(({ values }) => values[name] || values[fileName]);
    const path = layer?.values[fileName] ?? "";
    return layer === undefined || path === "" ? layer?.origin : `the file ${path}, named in ${layer.origin}`;
  }

  #found(
    name: PlainVariable,
  ): { readonly value: string; readonly spelling: string; readonly origin: string } | undefined {
    const spellings = name.endsWith("_PROXY") ? [name.toLowerCase(), name] : [name];
    for (const { origin, values } of this.#layers) {
      for (const spelling of spellings) {
        const value = values[spelling]?.trim();
        if (value !== undefined && value !== "") return { value, spelling, origin };
      }
    }
    return undefined;
  }

  /**
   * A secret, from its variable or from the file that `<NAME>_FILE` names, whichever is found first. Tells a
   * problem where that can't be used; the value is never part of it.
   */
  getSecret(name: SecretVariable, problems: ConfigErrors): Secret | undefined {
    const fileName = fileVariable(name);
    for (const { values } of this.#layers) {
      const value = values[name] ?? "";
      const path = values[fileName] ?? "";
      if (value !== "" && path !== "") {
        problems.settings(`${name} and ${fileName} are both set; remove one of them`);
        return new Secret(value);
      }
      if (path !== "") return this.#secretFile(name, path, problems);
      if (value !== "") return checked(name, value, problems);
    }
    return undefined;
  }

  #secretFile(name: SecretVariable, path: string, problems: ConfigErrors): Secret {
    const fileName = fileVariable(name);
    const { cwd, registerSecrets } = this.#surroundings;
    try {
      const text = readFileSync(resolve(cwd, path), "utf8").replace(/^\ufeff/, "");
      const secret = text.replace(/[\r\n]+$/, "");
      registerSecrets?.([secret, secret.trim()]);
      return checked(fileName, secret, problems);
    } catch (cause) {
      // Node's message also holds the path, which may be the secret itself.
      const reason =
        cause instanceof Error ? cause.message.replace(/, \w+(?: '.*)?$/s, "") : "no reason given";
      problems.settings(
        `${fileName}: the file that it names can't be read (${reason}). Set it to the path of a file that holds the secret; set ${name} if you want to give the secret itself`,
      );
      return new Secret("");
    }
  }
}

/** Every text of these variables that is to be redacted. A path to no file may be the secret itself. */
function secretsIn(values: Layer["values"], cwd: string): string[] {
  const given = SECRET_VARIABLES.flatMap((name) => values[name] ?? []);
  const paths = SECRET_VARIABLES.flatMap((name) => values[fileVariable(name)] || []);
  const proxies = PROXY_VARIABLES.flatMap((name) => proxySecrets(values[name] ?? ""));
  const wrongPaths = paths.filter((path) => !existsSync(resolve(cwd, path)));
  return [...given, ...wrongPaths].flatMap((text) => [text, text.trim()]).concat(proxies);
}

function checked(name: string, value: string, problems: ConfigErrors): Secret {
  if (value === "") problems.settings(`${name}: the file is empty`);
  else if (/[^!-~]/.test(value)) {
    problems.settings(`${name}: the value has white space or a character that no key has; copy it anew`);
  }
  return new Secret(value);
}

/**
 * Reads the variables from the environment, then from the files named by `--env-file` (a later one first), or else from
 * `.env` in `cwd` if there is one.
 */
export function readEnvironment(
  surroundings: ConfigSources,
  envFiles: readonly string[],
  problems: ConfigErrors,
): Environment {
  const { cwd, env } = surroundings;
  const files = envFiles.length > 0 ? envFiles.toReversed() : [".env"];
  const layers = files.map((file) => envFileLayer(file, cwd, envFiles.length > 0, problems));
  return new Environment([{ origin: "the environment", values: env }, ...layers], surroundings);
}

function envFileLayer(file: string, cwd: string, named: boolean, problems: ConfigErrors): Layer {
  const name = named ? `--env-file ${displayText(file)}` : file;
  let text = "";
  try {
    text = readFileSync(resolve(cwd, file), "utf8").replace(/^\ufeff/, "");
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // A folder `.env` is Python's habit and none of our concern.
    if (named || !/^(?:ENOENT|EISDIR)/.test(message)) {
      problems.settings(`${name}: the file can't be read: ${displayText(message)}`);
    }
  }
  if (text.includes("\0")) {
    problems.settings(`${name}: the file is not text in UTF-8; save it as UTF-8`);
    return { origin: file, values: {} };
  }
  const line = badLine(text);
  if (line !== undefined) problems.settings(`${name}: line ${line} is not NAME=value`);
  // Of white space at the end of a line, or before a comment, releases of Node make the next variable's name (20), or
  // of the next line the value of this one (22).
  const plain = text.replaceAll(/^[^\S\r\n]+#.*|[^\S\r\n]+$/gm, "");
  return { origin: file, values: withoutLines(parseEnv(plain), name, problems) };
}

/**
 * Leaves out what has several lines: no setting has. A quotation mark that is not closed takes in all up to the next
 * one, secrets among it, and other problems would show them. Whatever else is kept in the file is not our concern.
 */
function withoutLines(values: Layer["values"], name: string, problems: ConfigErrors): Layer["values"] {
  const broken = allVariables().filter((variable) => /[\r\n]/.test(values[variable] ?? ""));
  for (const variable of broken) {
    problems.settings(`${name}: the value of ${variable} has several lines; is a quotation mark missing?`);
  }
  return Object.fromEntries(Object.entries(values).filter(([variable]) => !broken.includes(variable)));
}

/** A line, or several where a quotation mark is closed on a later one: nothing, a comment, or a variable. */
const LINE =
  /[^\S\n]*(?:#[^\n]*|(?:export[^\S\n]+)?[A-Za-z_][A-Za-z0-9_.]*[^\S\n]*=[^\S\n]*(?:(["'`])[\s\S]*?\1)?[^\n]*)?(?:\n|$)/;

/**
 * The first line, from 1, that gives no variable of a proper name. Its text is not told: it may be a secret. Looked
 * for by itself, as releases of Node differ in what they make of such a line: it hides the one after it, or nothing.
 */
function badLine(text: string): number | undefined {
  const line = new RegExp(LINE, "y");
  for (let at = 0; at < text.length; at = line.lastIndex) {
    line.lastIndex = at;
    if (!line.test(text)) return text.slice(0, at).split("\n").length;
  }
  return undefined;
}

/** Variables whose value is a secret, each of which can come from a file named by `<NAME>_FILE` instead. */
export const SECRET_VARIABLES = [
  "MIMECAST_CLIENT_SECRET",
  "MIMECAST_APP_KEY",
  "MIMECAST_ACCESS_KEY",
  "MIMECAST_SECRET_KEY",
] as const;

type SecretVariable = (typeof SECRET_VARIABLES)[number];

/** The other variables of this tool. */
const PLAIN_VARIABLES = [
  "MIMECAST_CLIENT_ID",
  "MIMECAST_APP_ID",
  "MIMECAST_API",
  "MIMECAST_REGION",
  "MIMECAST_BASE_URL",
  "MIMECAST_TENANT",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "NO_COLOR",
] as const;

/** Variables that may hold a proxy's password, this tool's or not, in both spellings that are in use. */
export const PROXY_VARIABLES = ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"].flatMap((name) => [
  name.toLowerCase(),
  name,
]);

type PlainVariable = (typeof PLAIN_VARIABLES)[number];

/** Every variable that is read, for the documentation and `.env.example`. */
export function allVariables(): readonly string[] {
  return [...PLAIN_VARIABLES, ...SECRET_VARIABLES.flatMap((name) => [name, fileVariable(name)])];
}

/** Every variable that holds a value itself, in the order in which they are told. */
export const VARIABLES = [...PLAIN_VARIABLES, ...SECRET_VARIABLES] as const;

export function isSecretVariable(name: PlainVariable | SecretVariable): name is SecretVariable {
  return SECRET_VARIABLES.some((it) => it === name);
}

/** The variable that names the file in which a secret is. */
export function fileVariable(name: SecretVariable): `${SecretVariable}_FILE` {
  return `${name}_FILE`;
}
