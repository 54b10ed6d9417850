import type { AliasApi, DirectoryApi } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import { createAuthenticator, secretsOf } from "./authenticator.ts";
import { createHttp, type HttpResponse } from "./http.ts";
import { createDirectory } from "./read-endpoints.ts";
import { type CallParts, callEndpoint } from "./request.ts";
import { createSanitizer, type Sanitize } from "./sanitize.ts";
import type { MimecastSettings } from "./settings.ts";
import { classifyUpdateAlias, UPDATE_ALIAS_PATH, updateAliasBody } from "./update-alias.ts";

/** The Mimecast API, over the network. */
export interface MimecastClient extends AliasApi, DirectoryApi {
  /** Ends all connections. Calls still in flight end as lost. */
  close(): void;
}

export interface ClientDeps {
  readonly clock: Clock;
  /** Returns a new GUID. API 1.0 needs one per request. */
  readonly randomUuid: () => string;
}

/**
 * Creates a client. It connects on the first call. Throws a RunError "settings" if the proxy setting is not a usable
 * URL.
 */
export function createMimecastClient(settings: MimecastSettings, deps: ClientDeps): MimecastClient {
  const http = createHttp(settings);
  const secrets = createSanitizer(secretsOf(settings.credentials), settings.redactor);
  const authenticator = createAuthenticator(settings, { ...deps, http, secrets });
  const parts: CallParts = {
    authenticator,
    http,
    clock: deps.clock,
    sanitize: secrets.sanitize,
  };
  const updateAliasUrl = new URL(`${settings.baseUrl}${UPDATE_ALIAS_PATH}`);
  return {
    ...createDirectory(settings.baseUrl, parts),
    async updateAliases(pairs, control) {
      const classify = (response: HttpResponse, sanitize: Sanitize) =>
        classifyUpdateAlias(pairs, response, sanitize);
      const call = { url: updateAliasUrl, body: updateAliasBody(pairs), classify };
      const { trace, result } = await callEndpoint(call, control, parts);
      const results = result.kind === "read" ? result.value : pairs.map(() => result.answer);
      return { ...trace, results };
    },
    close: () => http.close(),
  };
}
