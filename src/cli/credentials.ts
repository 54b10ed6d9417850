import type { Account, Credentials } from "../config/account.ts";
import type { Network } from "../config/network.ts";
import type { Credentials as RevealedCredentials } from "../mimecast/settings.ts";

/** The credentials as the client needs them: to be handed to it, and kept nowhere else. */
export function revealed(credentials: Credentials): RevealedCredentials {
  if (credentials.api === "2.0") {
    const { api, clientId, clientSecret } = credentials;
    return { api, clientId, clientSecret: clientSecret.reveal() };
  }
  const { api, appId, appKey, accessKey, secretKey } = credentials;
  return {
    api,
    appId,
    appKey: appKey.reveal(),
    accessKey: accessKey.reveal(),
    secretKey: secretKey.reveal(),
  };
}

/** What no log and no trace may show, whatever text it turns up in. */
export function secretsOf(config: {
  readonly account: Account | undefined;
  readonly network: Network;
}): string[] {
  const { account, network } = config;
  const secrets = account === undefined ? [] : credentialSecrets(account.credentials);
  const proxy = network.httpsProxy?.reveal();
  return proxy === undefined ? secrets : [...secrets, proxy, ...passwordIn(proxy)];
}

function credentialSecrets(credentials: Credentials): string[] {
  const secrets =
    credentials.api === "2.0"
      ? [credentials.clientSecret]
      : [credentials.appKey, credentials.accessKey, credentials.secretKey];
  return secrets.map((secret) => secret.reveal());
}

/** As it is written in the URL, and as it is sent. */
function passwordIn(url: string): string[] {
  const { password } = new URL(url.includes("://") ? url : `http://${url}`);
  // Not decodeURIComponent, which throws where a % stands for itself.
  const sent = new URLSearchParams(`password=${password.replaceAll("+", "%2B")}`).get("password");
  return password === "" || sent === null ? [] : [password, sent];
}
