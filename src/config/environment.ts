import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { displayText } from "../domain/address.ts";
import { proxySecrets } from "../mimecast/proxy.ts";
import type { ConfigErrors } from "./option-parsers.ts";
import { Secret } from "./secret.ts";

/** Sources of the settings, besides the command line. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of `.env`, and base of relative paths. */
  readonly cwd: string;
  /** Receives every secret in the variables as soon as they are read. */
  registerSecrets?(secrets: readonly string[]): void;
}

/** Variables from one place. */
interface Layer {
  /** Name of the place, for people. */
  readonly origin: string;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** The variables of the environment and of `.env` files; the environment wins. An empty variable counts as unset. */
export class Environment {
  readonly #layers: readonly Layer[];
  readonly #sources: ConfigSources;

  constructor(layers: readonly Layer[], sources: ConfigSources) {
    this.#layers = layers;
    this.#sources = sources;
    sources.registerSecrets?.(layers.flatMap(({ values }) => secretsIn(values, sources.cwd)));
  }

  /** Returns the trimmed value of a variable. Proxy variables may have lower-case names, too. */
  get(name: PlainVariable): string | undefined {
    return this.#found(name)?.value;
  }

  /** Returns the spelling of the name whose value is used. */
  spellingOf(name: PlainVariable): string {
    return this.#found(name)?.spelling ?? name;
  }

  /** Returns the place that sets the value in use, for people; undefined if the variable is unset. */
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
   * Reads a secret from its variable, or from the file that `<NAME>_FILE` names; the first place that sets either wins.
   * Reports an unusable secret. The message never contains the value.
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
    const { cwd, registerSecrets } = this.#sources;
    try {
      const text = readFileSync(resolve(cwd, path), "utf8").replace(/^\ufeff/, "");
      const secret = text.replace(/[\r\n]+$/, "");
      registerSecrets?.([secret, secret.trim()]);
      return checked(fileName, secret, problems);
    } catch (cause) {
      // Node's message also contains the path, which may be the secret itself.
      const reason =
        cause instanceof Error ? cause.message.replace(/, \w+(?: '.*)?$/s, "") : "no reason given";
      problems.settings(
        `${fileName}: the file that it names can't be read (${reason}). Set it to the path of a file that holds the secret; set ${name} if you want to give the secret itself`,
      );
      return new Secret("");
    }
  }
}

/** Returns every text in these variables that must be redacted. A path without a file may be the secret itself. */
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
    problems.settings(
      `${name}: the value contains white space or a character that a key can't contain; copy it again`,
    );
  }
  return new Secret(value);
}

/**
 * Reads the variables from the environment, then from the files that `--env-file` names (the last one first). Without
 * `--env-file` it reads `.env` in `cwd`, if that exists.
 */
export function readEnvironment(
  sources: ConfigSources,
  envFiles: readonly string[],
  problems: ConfigErrors,
): Environment {
  const { cwd, env } = sources;
  const files = envFiles.length > 0 ? envFiles.toReversed() : [".env"];
  const layers = files.map((file) => envFileLayer(file, cwd, envFiles.length > 0, problems));
  return new Environment([{ origin: "the environment", values: env }, ...layers], sources);
}

function envFileLayer(file: string, cwd: string, named: boolean, problems: ConfigErrors): Layer {
  const name = named ? `--env-file ${displayText(file)}` : file;
  let text = "";
  try {
    text = readFileSync(resolve(cwd, file), "utf8").replace(/^\ufeff/, "");
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // A folder `.env` is a virtual environment of Python: ignore it.
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
  // Node misreads white space at the end of a line or before a comment: Node 20 adds it to the next variable's name,
  // Node 22 takes the next line as this variable's value.
  const plain = text.replaceAll(/^[^\S\r\n]+#.*|[^\S\r\n]+$/gm, "");
  return { origin: file, values: withoutLines(parseEnv(plain), name, problems) };
}

/**
 * Removes and reports multi-line values of settings: none is valid. An unclosed quotation mark takes in all text up to
 * the next one, secrets included, and other messages would show them. Ignores the variables of other programs.
 */
function withoutLines(values: Layer["values"], name: string, problems: ConfigErrors): Layer["values"] {
  const broken = allVariables().filter((variable) => /[\r\n]/.test(values[variable] ?? ""));
  for (const variable of broken) {
    problems.settings(`${name}: the value of ${variable} has several lines; is a quotation mark missing?`);
  }
  return Object.fromEntries(Object.entries(values).filter(([variable]) => !broken.includes(variable)));
}

/** Matches a blank line, a comment or a variable. A quoted value may span several lines. */
const LINE =
  /[^\S\n]*(?:#[^\n]*|(?:export[^\S\n]+)?[A-Za-z_][A-Za-z0-9_.]*[^\S\n]*=[^\S\n]*(?:(["'`])[\s\S]*?\1)?[^\n]*)?(?:\n|$)/;

/**
 * Returns the number (from 1) of the first line that does not set a variable with a valid name. Its text may be a
 * secret, so it is not returned. Own code, because releases of Node differ: in some, such a line hides the next one.
 */
function badLine(text: string): number | undefined {
  const line = new RegExp(LINE, "y");
  for (let at = 0; at < text.length; at = line.lastIndex) {
    line.lastIndex = at;
    if (!line.test(text)) return text.slice(0, at).split("\n").length;
  }
  return undefined;
}

/** Variables whose value is a secret. `<NAME>_FILE` can name a file with the value instead. */
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

/** Variables that may contain a proxy's password, in both usual spellings. This tool does not read all of them. */
export const PROXY_VARIABLES = ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"].flatMap((name) => [
  name.toLowerCase(),
  name,
]);

type PlainVariable = (typeof PLAIN_VARIABLES)[number];

/** Returns every variable that the tool reads, for the documentation and `.env.example`. */
export function allVariables(): readonly string[] {
  return [...PLAIN_VARIABLES, ...SECRET_VARIABLES.flatMap((name) => [name, fileVariable(name)])];
}

/** Every variable that contains its value itself, in the order in which `check` lists them. */
export const VARIABLES = [...PLAIN_VARIABLES, ...SECRET_VARIABLES] as const;

/** Returns true if the value of the variable is a secret. */
export function isSecretVariable(name: PlainVariable | SecretVariable): name is SecretVariable {
  return SECRET_VARIABLES.some((it) => it === name);
}

/** Returns the variable that names the file with the secret. */
export function fileVariable(name: SecretVariable): `${SecretVariable}_FILE` {
  return `${name}_FILE`;
}
