import type { Redactor } from "../domain/redact.ts";

/** The two generations of the API. 1.0 accepts no new applications since mid-2025; existing ones still work. */
export type ApiGeneration = Credentials["api"];

/** The account's credentials: OAuth 2.0 client credentials, or the four keys of signed requests. */
export type Credentials =
  | { readonly api: "2.0"; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly api: "1.0";
      readonly appId: string;
      /** Part of the signed text; never sent. */
      readonly appKey: string;
      readonly accessKey: string;
      /** Base64, as the console shows it. */
      readonly secretKey: string;
    };

export interface MimecastSettings {
  /** As `checkBaseUrl` returns it. Tokens, signatures and rows go to this host alone. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Time-out of one call or token request, from its start to the last byte of the response. */
  readonly timeoutMs: number;
  /** Maximum number of sockets. If more calls are in flight, calls wait for a socket within their time-out. */
  readonly connections: number;
  readonly userAgent: string;
  /** CA certificates in PEM, trusted in addition to Node's own. */
  readonly extraCa?: string | undefined;
  /** Receives the credentials and each access token. By default, the client creates its own. */
  readonly redactor?: Redactor;
  /** Returns the proxy for a URL, empty for none; usually a {@link proxyRule}. Not called for loopback. */
  readonly proxyFor?: (url: string) => string | undefined;
}
