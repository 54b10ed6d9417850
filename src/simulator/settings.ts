/**
 * The one account that every simulator knows, for both generations of the API. The values are plainly no
 * real ones, and a loopback server is the only place that accepts them.
 */
export const SIMULATOR_SETTINGS = {
  clientId: "simulated-client-id",
  clientSecret: "simulated-client-secret",
  appId: "simulated-app-id",
  appKey: "simulated-app-key",
  accessKey: "simulated-access-key",
  /** Base64, as Mimecast's secret keys are: "a simulated secret key". */
  secretKey: "YSBzaW11bGF0ZWQgc2VjcmV0IGtleQ==",
} as const;
