import { createHash } from "node:crypto";
import { displayText } from "../domain/address.ts";
import { stripControlCharacters } from "../domain/display-text.ts";
import { checkBaseUrl, isLoopback, regionBaseUrl, regionNames } from "../mimecast/hosts.ts";
import type { Environment } from "./environment.ts";
import type { ConfigErrors } from "./option-parsers.ts";
import type { Secret } from "./secret.ts";

/** Credentials for one of the two APIs. */
export type Credentials =
  | { readonly api: "2.0"; readonly clientId: string; readonly clientSecret: Secret }
  | {
      readonly api: "1.0";
      readonly appId: string;
      readonly appKey: Secret;
      readonly accessKey: Secret;
      readonly secretKey: Secret;
    };

/** The Mimecast account that a run works on. */
export interface Account {
  readonly credentials: Credentials;
  /** Base URL of the API. */
  readonly baseUrl: string;
  /** `MIMECAST_TENANT`, or `<host name>/<12 hex digits of a hash of the client or application id>`. */
  readonly tenant: string;
  /** True if the API is on this machine: the account is not a real one. */
  readonly loopback: boolean;
}

type Api = Credentials["api"];

/** Hex digits of the id's hash in a derived tenant name: enough to distinguish accounts, and still readable. */
const TENANT_HASH_LENGTH = 12;

/** Reads the settings of the account. Reports every error in them; returns undefined if there is one. */
export function readAccount(variables: Environment, problems: ConfigErrors): Account | undefined {
  const countBefore = problems.count;
  const credentials = readCredentials(variables, problems);
  const tenant = variables.get("MIMECAST_TENANT");
  // Messages and files show the name on one line, and a user must be able to type it.
  if (tenant !== undefined && stripControlCharacters(tenant) !== tenant) {
    problems.settings("MIMECAST_TENANT: the name has a line break or another control character; remove it");
  }
  const baseUrl = readBaseUrl(variables, credentials?.api, problems);
  if (credentials === undefined || baseUrl === undefined || problems.count > countBefore) return undefined;
  return {
    credentials,
    baseUrl,
    tenant: tenant ?? derivedTenant(baseUrl, credentials),
    loopback: isLoopback(baseUrl),
  };
}

function readCredentials(variables: Environment, problems: ConfigErrors): Credentials | undefined {
  const wanted = readApi(variables, problems);
  const oauth = {
    MIMECAST_CLIENT_ID: wanted === "1.0" ? undefined : readId("MIMECAST_CLIENT_ID", variables, problems),
    MIMECAST_CLIENT_SECRET:
      wanted === "1.0" ? undefined : variables.getSecret("MIMECAST_CLIENT_SECRET", problems),
  };
  const signed = {
    MIMECAST_APP_ID: wanted === "2.0" ? undefined : readId("MIMECAST_APP_ID", variables, problems),
    MIMECAST_APP_KEY: wanted === "2.0" ? undefined : variables.getSecret("MIMECAST_APP_KEY", problems),
    MIMECAST_ACCESS_KEY: wanted === "2.0" ? undefined : variables.getSecret("MIMECAST_ACCESS_KEY", problems),
    MIMECAST_SECRET_KEY: wanted === "2.0" ? undefined : variables.getSecret("MIMECAST_SECRET_KEY", problems),
  };
  const hasOauth = wanted === undefined ? isAnySet(oauth) : wanted === "2.0";
  const hasSigned = wanted === undefined ? isAnySet(signed) : wanted === "1.0";
  if (!hasOauth && !hasSigned) {
    problems.settings(
      "MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET are not set: they, or the four keys of API 1.0, are needed to reach Mimecast; .env.example lists every setting, and --simulate needs none",
    );
  }
  if (hasOauth) reportMissing("2.0", oauth, problems);
  if (hasSigned) reportMissing("1.0", signed, problems);
  if (hasOauth && hasSigned && missingNames(oauth).length + missingNames(signed).length === 0) {
    problems.settings("MIMECAST_API: credentials for both APIs are set; set it to 2.0 or 1.0 to choose");
  }
  if (hasOauth === hasSigned) return undefined;
  return hasOauth ? oauthCredentials(oauth) : signedCredentials(signed);
}

/**
 * Reads an id. The application id becomes an HTTP header: a line break in it makes Node refuse every request, which
 * would look like an outage. The message does not show the value, because it may be a secret set by mistake.
 */
function readId(
  name: "MIMECAST_CLIENT_ID" | "MIMECAST_APP_ID",
  variables: Environment,
  problems: ConfigErrors,
): string | undefined {
  const id = variables.get(name);
  if (id !== undefined && /[^!-~]/.test(id)) {
    problems.settings(
      `${name}: the value contains white space, a line break or a character that an id can't contain; copy it again`,
    );
  }
  return id;
}

function readApi(variables: Environment, problems: ConfigErrors): Api | undefined {
  const text = variables.get("MIMECAST_API");
  if (text === undefined || text === "2.0" || text === "1.0") return text;
  problems.settings(`MIMECAST_API: expected 2.0 or 1.0, got '${displayText(text)}'`);
  return undefined;
}

type Parts = Readonly<Record<string, string | Secret | undefined>>;

function isAnySet(parts: Parts): boolean {
  return Object.values(parts).some((it) => it !== undefined);
}

function missingNames(parts: Parts): readonly string[] {
  return Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [name] : []));
}

function reportMissing(api: Api, parts: Parts, problems: ConfigErrors): void {
  for (const name of missingNames(parts)) {
    problems.settings(`${name} is not set, and API ${api} needs it`);
  }
}

function oauthCredentials(parts: {
  readonly MIMECAST_CLIENT_ID: string | undefined;
  readonly MIMECAST_CLIENT_SECRET: Secret | undefined;
}): Credentials | undefined {
  const { MIMECAST_CLIENT_ID: clientId, MIMECAST_CLIENT_SECRET: clientSecret } = parts;
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { api: "2.0", clientId, clientSecret };
}

function signedCredentials(parts: {
  readonly MIMECAST_APP_ID: string | undefined;
  readonly MIMECAST_APP_KEY: Secret | undefined;
  readonly MIMECAST_ACCESS_KEY: Secret | undefined;
  readonly MIMECAST_SECRET_KEY: Secret | undefined;
}): Credentials | undefined {
  const { MIMECAST_APP_ID: appId, MIMECAST_APP_KEY: appKey } = parts;
  const { MIMECAST_ACCESS_KEY: accessKey, MIMECAST_SECRET_KEY: secretKey } = parts;
  if (appId === undefined || appKey === undefined || accessKey === undefined || secretKey === undefined) {
    return undefined;
  }
  return { api: "1.0", appId, appKey, accessKey, secretKey };
}

function readBaseUrl(
  variables: Environment,
  api: Api | undefined,
  problems: ConfigErrors,
): string | undefined {
  const override = variables.get("MIMECAST_BASE_URL");
  if (override !== undefined) {
    const reading = checkBaseUrl(override);
    if (reading.ok) return reading.url;
    problems.settings(`MIMECAST_BASE_URL ${reading.reason}`);
    return undefined;
  }
  const given = variables.get("MIMECAST_REGION")?.toLowerCase();
  const region = given ?? (api === "2.0" ? "global" : undefined);
  const names = api === undefined ? [...regionNames("2.0"), ...regionNames("1.0")] : regionNames(api);
  if (region === undefined) {
    if (api === "1.0")
      problems.settings(`MIMECAST_REGION is not set; API 1.0 needs one of ${names.join(", ")}`);
    return undefined;
  }
  const baseUrl = api === undefined ? undefined : regionBaseUrl(api, region);
  if (baseUrl === undefined && !(api === undefined && names.includes(region))) {
    const which = api === undefined ? "" : ` of API ${api}`;
    problems.settings(
      `MIMECAST_REGION: expected one of ${[...new Set(names)].join(", ")}${which}, got '${displayText(region)}'`,
    );
  }
  return baseUrl;
}

function derivedTenant(baseUrl: string, credentials: Credentials): string {
  const id = credentials.api === "2.0" ? credentials.clientId : credentials.appId;
  const hash = createHash("sha256").update(id).digest("hex").slice(0, TENANT_HASH_LENGTH);
  return `${new URL(baseUrl).hostname}/${hash}`;
}
