import type { Redactor } from "../domain/redact.ts";

/** The two generations of the API. 1.0 takes no new applications since mid-2025, existing ones still work. */
export type ApiGeneration = Credentials["api"];

/** What the account is proven with: OAuth 2.0 client credentials, or the four keys of signed requests. */
export type Credentials =
  | { readonly api: "2.0"; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly api: "1.0";
      readonly appId: string;
      /** Is only signed, never sent. */
      readonly appKey: string;
      readonly accessKey: string;
      /** Base64, as the console shows it. */
      readonly secretKey: string;
    };

export interface MimecastSettings {
  /** As `checkBaseUrl` gives it. Tokens, signatures and rows go to this host alone. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** For one call, from the hand-over to the last byte of its answer; for a token's request the same. */
  readonly timeoutMs: number;
  /** The most sockets. With fewer than there are calls in flight, calls wait for one inside their time-out. */
  readonly connections: number;
  readonly userAgent: string;
  /** CA certificates in PEM, trusted besides those that Node comes with. */
  readonly extraCa?: string | undefined;
  /** Learns the credentials and each access token. The default is one of the client's own. */
  readonly redactor?: Redactor;
  /** The proxy for a URL, empty for none: {@link proxyRule} as a rule. Not asked about loopback. */
  readonly proxyFor?: (url: string) => string | undefined;
}
