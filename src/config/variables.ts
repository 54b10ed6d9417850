/** Variables whose value is a secret, each of which can come from a file named by `<NAME>_FILE` instead. */
export const SECRET_VARIABLES = [
  "MIMECAST_CLIENT_SECRET",
  "MIMECAST_APP_KEY",
  "MIMECAST_ACCESS_KEY",
  "MIMECAST_SECRET_KEY",
] as const;

export type SecretVariable = (typeof SECRET_VARIABLES)[number];

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

export type PlainVariable = (typeof PLAIN_VARIABLES)[number];

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
