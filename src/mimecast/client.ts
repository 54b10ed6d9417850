import type { AliasUpdater, Directory } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import { createAccess, secretsOf } from "./authenticator.ts";
import { createHttp, type HttpAnswer } from "./http.ts";
import { createDirectory } from "./read-endpoints.ts";
import { type CallParts, makeCall } from "./request.ts";
import { createSecrets, type Said } from "./sanitize.ts";
import type { MimecastSettings } from "./settings.ts";
import { judgeUpdateAlias, UPDATE_ALIAS_PATH, updateAliasBody } from "./update-alias.ts";

/** Mimecast, over the network. */
export interface MimecastClient extends AliasUpdater, Directory {
  /** Ends all connections. Calls still in flight end as lost. */
  close(): void;
}

export interface ClientDeps {
  readonly clock: Clock;
  /** For API 1.0: a fresh GUID for every request. */
  readonly randomUuid: () => string;
}

/**
 * Connects nothing yet: the first call does. Throws a RunError of kind "settings" where the proxy's setting
 * can't be used.
 */
export function createMimecastClient(settings: MimecastSettings, deps: ClientDeps): MimecastClient {
  const http = createHttp(settings);
  const secrets = createSecrets(secretsOf(settings.credentials), settings.blotter);
  const access = createAccess(settings, { ...deps, http, secrets });
  const parts: CallParts = { access, http, clock: deps.clock, said: secrets.said };
  const updateAliasUrl = new URL(`${settings.baseUrl}${UPDATE_ALIAS_PATH}`);
  return {
    ...createDirectory(settings.baseUrl, parts),
    async updateAliases(pairs, control) {
      const judge = (answer: HttpAnswer, said: Said) => judgeUpdateAlias(pairs, answer, said);
      const call = { url: updateAliasUrl, body: updateAliasBody(pairs), judge };
      const { trace, result } = await makeCall(call, control, parts);
      const answers = result.kind === "read" ? result.value : pairs.map(() => result.answer);
      return { ...trace, answers };
    },
    close: () => http.close(),
  };
}
