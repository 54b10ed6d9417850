import type { Credentials } from "../config/credentials.ts";
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
