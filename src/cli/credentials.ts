import type { Credentials } from "../config/credentials.ts";
import type { Credentials as RevealedCredentials } from "../mimecast/settings.ts";

/** Reveals the credentials for the client. Do not store the result anywhere else. */
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
